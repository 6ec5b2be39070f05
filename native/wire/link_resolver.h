#pragma once

#include <cstdint>
#include <string_view>

namespace rtnetlink::wire {

/** An interface index, or the errno for why there is none. */
struct LinkIndex {
  uint32_t index = 0;
  int error = 0;
};

/** Answers what an encoder cannot know by itself. */
class LinkResolver {
 public:
  virtual LinkIndex index_of(std::string_view name) = 0;
  /** The index in the last RTM_NEWLINK that came for the record before. */
  virtual LinkIndex index_of_previous() = 0;
  /** The IFLA_LINK of that message. */
  virtual LinkIndex link_of_previous() = 0;

 protected:
  ~LinkResolver() = default;
};

}  // namespace rtnetlink::wire
