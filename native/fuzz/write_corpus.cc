// Writes valid inputs into a folder, one file each, for a fuzzer to start from: write_corpus FOLDER
#include <linux/if_arp.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iostream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/input_kind.h"
#include "wire/icmp_echo.h"
#include "wire/message_kind.h"
#include "wire/message_writer.h"
#include "wire/operation.h"
#include "wire/record.h"

namespace rtnetlink::fuzz {
namespace {

using wire::MessageWriter;
using wire::Operation;
using Input = std::vector<std::byte>;

constexpr uint32_t kSequence = 7;

/** The bytes of a value, whose padding is nobody's business here. */
template <typename Value>
wire::Bytes bytes_of(const Value& value) {
  return std::as_bytes(std::span(&value, 1));
}

Input input(InputKind kind, wire::Bytes bytes) {
  Input result{static_cast<std::byte>(kind)};
  result.insert(result.end(), bytes.begin(), bytes.end());
  return result;
}

void put_link(MessageWriter& writer, uint16_t flags) {
  const std::size_t start = writer.begin(RTM_NEWLINK, flags, kSequence, sizeof(ifinfomsg));
  writer.put_string(IFLA_IFNAME, "eth0");
  writer.put(IFLA_MTU, uint32_t{1500});
  writer.put_bytes(IFLA_STATS64, std::vector<std::byte>(192));
  {
    const MessageWriter::Nest info(writer, IFLA_LINKINFO);
    writer.put_string(IFLA_INFO_KIND, "vlan");
    const MessageWriter::Nest data(writer, IFLA_INFO_DATA);
    writer.put(IFLA_VLAN_ID, uint16_t{100});
  }
  writer.finish(start);
}

/** An NLMSG_ERROR that quotes a request, or of it the header alone, and explains. */
void put_refusal(MessageWriter& writer, uint16_t flags, std::size_t quoted_payload) {
  const std::size_t start = writer.begin(NLMSG_ERROR, flags, kSequence, sizeof(int));
  writer.patch(start + sizeof(nlmsghdr), -EINVAL);
  const nlmsghdr request{static_cast<uint32_t>(sizeof(nlmsghdr) + quoted_payload), RTM_NEWLINK, NLM_F_REQUEST,
                         kSequence, 0};
  writer.put_raw(bytes_of(request));
  if ((flags & NLM_F_CAPPED) == 0) writer.put_raw(std::vector<std::byte>(quoted_payload));
  writer.put_string(NLMSGERR_ATTR_MSG, "Invalid VLAN id");
  writer.put(NLMSGERR_ATTR_OFFS, uint32_t{44});
  writer.finish(start);
}

void put_done(MessageWriter& writer, uint16_t flags) {
  const std::size_t start = writer.begin(NLMSG_DONE, flags, kSequence, sizeof(int));
  if ((flags & NLM_F_ACK_TLVS) != 0) writer.put_string(NLMSGERR_ATTR_MSG, "A warning");
  writer.finish(start);
}

std::map<std::string, Input> datagrams() {
  std::map<std::string, Input> result;
  const auto add = [&](const char* name, auto put) {
    MessageWriter writer;
    put(writer);
    result[name] = input(InputKind::kDatagram, writer.bytes());
  };
  add("acknowledgement", [](MessageWriter& writer) {
    writer.finish(writer.begin(NLMSG_ERROR, NLM_F_CAPPED, kSequence, sizeof(nlmsgerr)));
  });
  add("refusal", [](MessageWriter& writer) { put_refusal(writer, NLM_F_ACK_TLVS, 20); });
  add("refusal-capped", [](MessageWriter& writer) { put_refusal(writer, NLM_F_ACK_TLVS | NLM_F_CAPPED, 20); });
  add("refusal-silent", [](MessageWriter& writer) { put_refusal(writer, 0, 20); });
  add("dump", [](MessageWriter& writer) {
    for (int i = 0; i < 3; ++i) put_link(writer, NLM_F_MULTI);
    put_done(writer, NLM_F_MULTI);
  });
  add("dump-interrupted", [](MessageWriter& writer) {
    put_link(writer, NLM_F_MULTI | NLM_F_DUMP_INTR);
    put_done(writer, NLM_F_MULTI | NLM_F_DUMP_INTR | NLM_F_ACK_TLVS);
  });
  add("reply-and-acknowledgement", [](MessageWriter& writer) {
    put_link(writer, 0);
    writer.finish(writer.begin(NLMSG_ERROR, NLM_F_CAPPED, kSequence, sizeof(nlmsgerr)));
  });
  return result;
}

/** The words of a record, operation by operation. */
class RecordWriter {
 public:
  RecordWriter(uint32_t message_flags, uint32_t record_flags, std::initializer_list<uint32_t> header) {
    words_ = {1, message_flags, record_flags};
    words_.insert(words_.end(), header);
  }

  RecordWriter& put(Operation operation, uint16_t type, std::initializer_list<uint32_t> operands = {}) {
    words_.push_back(static_cast<uint32_t>(operation) | static_cast<uint32_t>(type) << 16);
    words_.insert(words_.end(), operands);
    return *this;
  }

  /** A record inside a slice, as far as its operations. */
  RecordWriter& put_words(std::initializer_list<uint32_t> words) {
    words_.insert(words_.end(), words);
    return *this;
  }

  RecordWriter& put_text(Operation operation, uint16_t type, std::string_view text) {
    put(operation, type, {static_cast<uint32_t>(text.size())});
    const std::size_t start = words_.size();
    words_.resize(start + wire::words_for(static_cast<uint32_t>(text.size())));
    if (!text.empty()) std::memcpy(&words_[start], text.data(), text.size());
    return *this;
  }

  Input finish(std::string_view method) const {
    uint8_t kind = 0;
    while (wire::kMessageKinds.at(kind).method != method) ++kind;
    Input result = input(InputKind::kRecord, bytes_of(kind));
    const auto words = std::as_bytes(std::span(words_));
    result.insert(result.end(), words.begin(), words.end());
    return result;
  }

 private:
  std::vector<uint32_t> words_;
};

std::map<std::string, Input> records() {
  std::map<std::string, Input> result;
  result["link"] = RecordWriter(NLM_F_CREATE | NLM_F_EXCL, wire::kRenames, {0, 0, 0, 1, 1})
                       .put_text(Operation::kString, IFLA_IFNAME, "eth0.100")
                       .put_text(Operation::kLinkIndex, IFLA_LINK, "bond0")
                       .put(Operation::kNest, IFLA_LINKINFO)
                       .put_text(Operation::kString, IFLA_INFO_KIND, "vlan")
                       .put(Operation::kNest, IFLA_INFO_DATA)
                       .put(Operation::kU16, IFLA_VLAN_ID, {100})
                       .put(Operation::kBe16, IFLA_VLAN_PROTOCOL, {0x8100})
                       .put(Operation::kEnd, 0)
                       .put(Operation::kEnd, 0)
                       .finish("newLink");
  result["numbers"] = RecordWriter(0, 0, {0, 0, 5, 0, 0})
                          .put(Operation::kU8, 1, {255})
                          .put(Operation::kU32, 2, {0xffff'ffff})
                          .put(Operation::kU64, 3, {1, 2})
                          .put(Operation::kBe32, 4, {3})
                          .put(Operation::kBe64, 5, {4, 5})
                          .put(Operation::kFlag, 6)
                          .put_text(Operation::kBytes, 7, "\x01\x02\x03")
                          .put_text(Operation::kRaw, 0, "0123456789abcdef")
                          .finish("setLink");
  result["address"] = RecordWriter(NLM_F_CREATE, wire::kBulk, {2, 24, 0, 0, 0})
                          .put_text(Operation::kHeaderIndex, 0, "br0")
                          .put_text(Operation::kBytes, IFA_LOCAL, "\x0a\x01\x02\x03")
                          .finish("newAddress");
  result["address-unresolved"] =
      RecordWriter(NLM_F_CREATE, 0, {2, 24, 0, 0, 0}).put_text(Operation::kHeaderIndex, 0, "eth0").finish("newAddress");
  result["linked"] =
      RecordWriter(0, wire::kLinked, {0, 0, 0, 1, 1}).put(Operation::kHeaderIndexOfPrevious, 0).finish("setLink");
  result["linked-peer"] =
      RecordWriter(0, wire::kLinked, {0, 0, 0, 1, 1}).put(Operation::kHeaderIndexOfPreviousLink, 0).finish("setLink");
  result["multipath"] = RecordWriter(NLM_F_CREATE, wire::kBulk, {2, 8, 0, 0, 254, 4, 0, 1, 0})
                            .put(Operation::kNest, RTA_MULTIPATH)
                            .put(Operation::kHop, 0, {0, 1, 3})
                            .put_text(Operation::kBytes, RTA_GATEWAY, "\x0a\x01\x02\x03")
                            .put(Operation::kEnd, 0)
                            .put(Operation::kHop, 0, {0, 0, 0})
                            .put_text(Operation::kHopIndex, 0, "br0")
                            .put(Operation::kEnd, 0)
                            .put(Operation::kEnd, 0)
                            .finish("newRoute");
  result["dump"] = RecordWriter(NLM_F_DUMP, wire::kDump | wire::kStream, {0, 0, 0, 0, 0})
                       .put(Operation::kU32, IFLA_EXT_MASK, {1})
                       .finish("getLink");
  result["generic"] = RecordWriter(0, 0, {1, 1})
                          .put_text(Operation::kFamily, 0, "fou")
                          .put(Operation::kBe16, 1, {5555})
                          .put_text(Operation::kLinkIndex, 11, "bond0")
                          .finish("generic");
  result["generic-unresolved"] =
      RecordWriter(0, wire::kDump | wire::kMultipart, {2, 1}).put_text(Operation::kFamily, 0, "acpi").finish("generic");
  result["transaction"] = RecordWriter(0, 0, {0, 0, 10})
                              .put(Operation::kMessage, 0, {0xa00, NLM_F_CREATE, 2})
                              .put_text(Operation::kString, 1, "table")
                              .put(Operation::kEnd, 0)
                              .put(Operation::kMessage, 0, {0xa06, NLM_F_CREATE, 2})
                              .put(Operation::kNest, 4)
                              .put_text(Operation::kLinkIndex, 1, "bond0")
                              .put(Operation::kEnd, 0)
                              .put(Operation::kEnd, 0)
                              .finish("transaction");
  result["slice"] = RecordWriter(0, 0, {2, 0})
                        .put_words({8, RTM_DELADDR, 0, 0, wire::kBulk, 2, 32, 0, 0, 1})
                        .put_words({10, RTM_DELADDR, 1, 0, wire::kBulk, 2, 32, 0, 0, 1})
                        .put(Operation::kU32, 2, {0x0a00'0001})
                        .finish("slice");
  result["multicast-group"] = RecordWriter(NLM_F_CREATE, 0, {7, 0})
                                  .put_text(Operation::kHeaderIndex, 0, "br0")
                                  .put(Operation::kNest, MDBA_SET_ENTRY)
                                  .put_text(Operation::kRawIndex, 0, "bond0")
                                  .put_text(Operation::kRaw, 0, std::string(24, '\1'))
                                  .put(Operation::kEnd, 0)
                                  .finish("newMulticastGroup");
  result["multicast-group-unresolved"] = RecordWriter(NLM_F_CREATE, 0, {7, 3})
                                             .put(Operation::kNest, MDBA_SET_ENTRY)
                                             .put_text(Operation::kRawIndex, 0, "eth0")
                                             .put(Operation::kEnd, 0)
                                             .finish("newMulticastGroup");
  result["link-ioctl"] = RecordWriter(0, wire::kReply, {0x8946, 1, 196})
                             .put_text(Operation::kRaw, 0, std::string_view("\3\0\0\0", 4))
                             .finish("linkIoctl");
  result["namespace-id"] = RecordWriter(0, wire::kReply, {0}).put(Operation::kU32, 3, {42}).finish("getNamespaceId");
  result["nest-too-large"] = RecordWriter(0, 0, {0, 0, 1, 0, 0})
                                 .put(Operation::kNest, 1)
                                 .put_text(Operation::kBytes, 2, std::string(65500, 'x'))
                                 .put_text(Operation::kBytes, 3, std::string(100, 'y'))
                                 .put(Operation::kEnd, 0)
                                 .finish("newLink");
  result["attribute-too-large"] =
      RecordWriter(0, 0, {0, 0, 1, 0, 0}).put_text(Operation::kBytes, 2, std::string(65532, 'x')).finish("newLink");
  return result;
}

std::map<std::string, Input> packets() {
  std::vector<std::byte> packet(20 + wire::kEchoHeaderSize + 56);
  packet[0] = std::byte{0x45};
  wire::write_echo_request(wire::IcmpVersion::v4, 1, 2, std::span(packet).subspan(20));
  return {{"echo", input(InputKind::kPacket, packet)}};
}

/** Blocks with frames, of which one has a tag that is put back, and one is cut within its addresses. */
std::map<std::string, Input> blocks() {
  constexpr std::size_t kStart = 48;
  constexpr std::size_t kStep = 160;
  constexpr std::size_t kHeader = TPACKET_ALIGN(sizeof(tpacket3_hdr)) + sizeof(sockaddr_ll);
  std::vector<std::byte> block(kStart + 3 * kStep);
  tpacket_block_desc description{};
  description.hdr.bh1.num_pkts = 3;
  description.hdr.bh1.offset_to_first_pkt = kStart;
  std::memcpy(block.data(), &description, sizeof description);
  for (std::size_t i = 0; i < 3; ++i) {
    tpacket3_hdr header{};
    header.tp_next_offset = i < 2 ? kStep : 0;
    header.tp_snaplen = i == 2 ? 10 : 60;
    header.tp_len = 60;
    header.tp_status = i == 0 ? 0 : TP_STATUS_VLAN_VALID | TP_STATUS_VLAN_TPID_VALID;
    header.tp_mac = kHeader;
    header.tp_net = kHeader + 14;
    header.hv1.tp_vlan_tpid = 0x88a8;
    sockaddr_ll address{};
    address.sll_hatype = ARPHRD_ETHER;
    address.sll_ifindex = 7;
    std::memcpy(&block[kStart + i * kStep], &header, sizeof header);
    std::memcpy(&block[kStart + i * kStep + TPACKET_ALIGN(sizeof header)], &address, sizeof address);
  }
  return {{"frames", input(InputKind::kBlock, block)}};
}

void write(const std::filesystem::path& folder, std::string_view prefix, const std::map<std::string, Input>& inputs) {
  for (const auto& [name, bytes] : inputs) {
    std::ofstream file(folder / (std::string(prefix) + '-' + name), std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
}

}  // namespace
}  // namespace rtnetlink::fuzz

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: write_corpus FOLDER\n";
    return 2;
  }
  const std::filesystem::path folder(arguments[1]);
  std::filesystem::create_directories(folder);
  rtnetlink::fuzz::write(folder, "datagram", rtnetlink::fuzz::datagrams());
  rtnetlink::fuzz::write(folder, "record", rtnetlink::fuzz::records());
  rtnetlink::fuzz::write(folder, "packet", rtnetlink::fuzz::packets());
  rtnetlink::fuzz::write(folder, "block", rtnetlink::fuzz::blocks());
}
