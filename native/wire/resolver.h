#pragma once

#include <cstdint>
#include <string_view>

namespace rtnetlink::wire {

/** An interface index, or the errno for why there is none. */
struct LinkIndex {
  uint32_t index = 0;
  int error = 0;
};

/** The nlmsg_type of a generic netlink family's messages, or the errno for why there is none. */
struct FamilyId {
  uint16_t id = 0;
  int error = 0;
};

/** Answers what an encoder cannot know by itself. */
class Resolver {
 public:
  virtual LinkIndex index_of(std::string_view name) = 0;
  /** The index in the last RTM_NEWLINK that came for the record before. */
  virtual LinkIndex index_of_previous() = 0;
  /** The IFLA_LINK of that message. */
  virtual LinkIndex link_of_previous() = 0;
  virtual FamilyId family_of(std::string_view name) = 0;

 protected:
  ~Resolver() = default;
};

}  // namespace rtnetlink::wire
