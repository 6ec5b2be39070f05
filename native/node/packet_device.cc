#include "node/packet_device.h"

#include <array>
#include <cerrno>
#include <limits>
#include <mutex>
#include <span>
#include <string>
#include <utility>

#include "node/arguments.h"
#include "node/namespace.h"
#include "node/option_reader.h"
#include "node/packet_memory.h"
#include "node/request.h"
#include "sys/tap_link.h"
#include "sys/tun.h"

namespace rtnetlink::node {
namespace {

constexpr int kLargestInt = std::numeric_limits<int>::max();
/** An id of a user or group that means none. */
constexpr uint32_t kLargestUser = std::numeric_limits<uint32_t>::max() - 1;
/** MAX_TAP_QUEUES in drivers/net/tun.c */
constexpr uint32_t kMostQueues = 256;
constexpr std::size_t kLongestPath = 4095;

sys::PacketFormat read_format(const OptionReader& options) {
  return {
      .flags = options.integer<uint16_t>("flags", 0, std::numeric_limits<uint16_t>::max()),
      .queues = options.integer<uint32_t>("queues", 1, kMostQueues),
      .vnet_header_size = options.integer<int>("vnetHeaderSize", 0, 256),
      .offloads = options.integer<uint32_t>("offloads", 0, std::numeric_limits<uint32_t>::max()),
  };
}

sys::TunSettings read_tun_settings(const OptionReader& options) {
  return {
      .format = read_format(options),
      .path = options.text("path", kLongestPath),
      .name = options.text("name", kLongestLinkName),
      .index = options.optional_integer<int>("index", 1, kLargestInt),
      .owner = options.optional_integer<uint32_t>("owner", 0, kLargestUser),
      .group = options.optional_integer<uint32_t>("group", 0, kLargestUser),
  };
}

sys::TapLinkSettings read_tap_link_settings(const OptionReader& options) {
  return {
      .format = read_format(options),
      .name = options.text("name", kLongestLinkName),
      .index = options.integer<int>("index", 1, kLargestInt),
  };
}

/** Packets of an array that JavaScript may change as soon as it runs again. */
std::span<const sys::Packet> to_packets(const Napi::CallbackInfo& info, std::size_t at,
                                        const sys::PacketMemory& memory) {
  const std::span<const sys::Packet> all = to_packet_table(info[at], "write");
  const auto count = static_cast<std::size_t>(to_int(info[at + 1], "write: count"));
  if (count > all.size()) throw Napi::TypeError::New(info.Env(), "write: more packets than the table has");
  const std::span<const sys::Packet> packets = all.first(count);
  for (const sys::Packet& packet : packets) {
    if (!memory.holds(packet)) throw Napi::TypeError::New(info.Env(), "write: a packet is not within the memory");
  }
  return packets;
}

}  // namespace

/** The device, once there is one: put in by a native thread. */
class PacketDevice::Slot {
 public:
  explicit Slot(std::shared_ptr<sys::Runtime> runtime) : runtime_(std::move(runtime)) {}

  /** One that is closed before it was opened is closed at once. */
  void put(std::shared_ptr<sys::PacketDevice> device) {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    runtime_->devices.add(device);
    device_ = std::move(device);
  }

  std::shared_ptr<sys::PacketDevice> get() const {
    const std::lock_guard lock(mutex_);
    return device_;
  }

  std::shared_ptr<sys::PacketDevice> close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    return std::move(device_);
  }

 private:
  std::shared_ptr<sys::Runtime> runtime_;
  mutable std::mutex mutex_;
  std::shared_ptr<sys::PacketDevice> device_;
  bool closed_ = false;
};

void PacketDevice::define(Napi::Env env, Napi::Object exports) {
  exports.Set("PacketDevice", DefineClass(env, "PacketDevice",
                                          {
                                              InstanceMethod<&PacketDevice::open_tun>("openTun"),
                                              InstanceMethod<&PacketDevice::open_tap_link>("openTapLink"),
                                              InstanceMethod<&PacketDevice::set_persist>("setPersist"),
                                              InstanceMethod<&PacketDevice::attach_queue>("attachQueue"),
                                              InstanceMethod<&PacketDevice::detach_queue>("detachQueue"),
                                              InstanceMethod<&PacketDevice::read>("read"),
                                              InstanceMethod<&PacketDevice::want>("want"),
                                              InstanceMethod<&PacketDevice::take>("take"),
                                              InstanceMethod<&PacketDevice::release>("release"),
                                              InstanceMethod<&PacketDevice::write_now>("writeNow"),
                                              InstanceMethod<&PacketDevice::write>("write"),
                                              InstanceMethod<&PacketDevice::counts>("counts"),
                                              InstanceMethod<&PacketDevice::hold>("hold"),
                                              InstanceMethod<&PacketDevice::let_go>("letGo"),
                                              InstanceMethod<&PacketDevice::close>("close"),
                                          }));
}

PacketDevice::PacketDevice(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<PacketDevice>(info),
      environment_(Environment::of(info.Env())),
      runtime_(environment_.runtime()),
      slot_(std::make_shared<Slot>(runtime_)) {}

/** One that was never closed: closing takes long, so a native thread does it, if there is one any more. */
PacketDevice::~PacketDevice() {
  if (const auto device = slot_->close()) {
    try {
      runtime_->pool.submit([device](const std::stop_token&) { device->close(); });
    } catch (const sys::SystemError&) {
      device->close();
    }
  }
}

// binding.ts: NativePacketDevice.openTun()
void PacketDevice::open_tun(const Napi::CallbackInfo& info) {
  const OptionReader options(info[1], "openTun");
  open(to_id(info[0], "openTun"), info.Env(),
       [settings = read_tun_settings(options), where = Namespace::of(options["namespace"]), runtime = runtime_] {
         return std::make_shared<sys::PacketDevice>(sys::open_tun(settings, where.get()),
                                                    sys::PacketDevice::Deletion::kIsRead, runtime->counters,
                                                    runtime->completions);
       });
}

// binding.ts: NativePacketDevice.openTapLink()
void PacketDevice::open_tap_link(const Napi::CallbackInfo& info) {
  const OptionReader options(info[1], "openTapLink");
  open(to_id(info[0], "openTapLink"), info.Env(),
       [settings = read_tap_link_settings(options), where = Namespace::of(options["namespace"]), runtime = runtime_] {
         return std::make_shared<sys::PacketDevice>(sys::open_tap_link(settings, where.get()),
                                                    sys::PacketDevice::Deletion::kMustBeAsked, runtime->counters,
                                                    runtime->completions);
       });
}

void PacketDevice::open(uint32_t id, Napi::Env env, Open open) {
  if (std::exchange(claimed_, true)) throw Napi::TypeError::New(env, "this PacketDevice was opened or closed before");
  run_request_for(environment_, id, [slot = slot_, open = std::move(open)] {
    const std::shared_ptr<sys::PacketDevice> device = open();
    slot->put(device);
    return device->name();
  });
}

// binding.ts: NativePacketDevice.setPersist()
void PacketDevice::set_persist(const Napi::CallbackInfo& info) {
  const bool persist = info[1].ToBoolean();
  run(to_id(info[0], "setPersist"), info.Env(), [=](sys::PacketDevice& device) { device.set_persist(persist); });
}

// binding.ts: NativePacketDevice.attachQueue()
void PacketDevice::attach_queue(const Napi::CallbackInfo& info) {
  const uint32_t queue = to_queue(info[1], *opened(info.Env()));
  run(to_id(info[0], "attachQueue"), info.Env(), [=](sys::PacketDevice& device) { device.attach_queue(queue); });
}

// binding.ts: NativePacketDevice.detachQueue()
void PacketDevice::detach_queue(const Napi::CallbackInfo& info) {
  const uint32_t queue = to_queue(info[1], *opened(info.Env()));
  run(to_id(info[0], "detachQueue"), info.Env(), [=](sys::PacketDevice& device) { device.detach_queue(queue); });
}

void PacketDevice::run(uint32_t id, Napi::Env env, std::function<void(sys::PacketDevice&)> body) {
  run_request(environment_, id, [device = opened(env), body = std::move(body)](const std::stop_token&) {
    body(*device);
    return wire::CompletionCode::kDone;
  });
}

// binding.ts: NativePacketDevice.read()
void PacketDevice::read(const Napi::CallbackInfo& info) {
  const uint32_t id = to_id(info[0], "read");
  const auto device = opened(info.Env());
  const uint32_t queue = to_queue(info[1], *device);
  if (device->reader(queue) != nullptr) throw Napi::TypeError::New(info.Env(), "read: the queue is read already");
  const sys::PacketNews news{runtime_->completions, id, queue};
  try {
    device->read(queue, PacketMemory::of(info[2]), news);
  } catch (const sys::SystemError& error) {
    news.tell(error.error());
  }
}

// binding.ts: NativePacketDevice.want()
void PacketDevice::want(const Napi::CallbackInfo& info) {
  const auto device = opened(info.Env());
  reader(info, *device).want();
}

// binding.ts: NativePacketDevice.take()
Napi::Value PacketDevice::take(const Napi::CallbackInfo& info) {
  const auto device = opened(info.Env());
  const std::size_t taken = reader(info, *device).take(to_packet_table(info[1], "take"));
  return Napi::Number::New(info.Env(), static_cast<double>(taken));
}

// binding.ts: NativePacketDevice.release()
void PacketDevice::release(const Napi::CallbackInfo& info) {
  const auto device = opened(info.Env());
  reader(info, *device).release(to_id(info[1], "release"));
}

// binding.ts: NativePacketDevice.writeNow()
Napi::Value PacketDevice::write_now(const Napi::CallbackInfo& info) {
  const auto device = opened(info.Env());
  const uint32_t queue = to_queue(info[0], *device);
  const auto memory = PacketMemory::of(info[1]);
  const auto packets = to_packets(info, 2, *memory);
  const sys::PacketReader* reader = device->reader(queue);
  const bool is_busy = reader != nullptr && reader->is_busy();
  const std::size_t written = is_busy ? 0 : device->writer(queue).write_now(*memory, packets);
  return Napi::Number::New(info.Env(), static_cast<double>(written));
}

// binding.ts: NativePacketDevice.write()
void PacketDevice::write(const Napi::CallbackInfo& info) {
  const uint32_t id = to_id(info[0], "write");
  const auto device = opened(info.Env());
  const uint32_t queue = to_queue(info[1], *device);
  auto memory = PacketMemory::of(info[2]);
  const auto given = to_packets(info, 3, *memory);
  std::vector<sys::Packet> packets(given.begin(), given.end());
  const auto reader = sys::are_large(packets) ? nullptr : memory->reader();
  environment_.begin_request();
  if (device->writer(queue).append({.id = id, .memory = std::move(memory), .packets = std::move(packets)}))
    start_writing(device, queue, reader.get());
}

/** Who reads packets writes them, between two looks: no other thread is woken. The pool writes what nobody reads. */
void PacketDevice::start_writing(const std::shared_ptr<sys::PacketDevice>& device, uint32_t queue,
                                 sys::PacketErrands* reader) {
  const auto write_on_pool = [device, queue, &pool = runtime_->pool] {
    sys::PacketWriter& writer = device->writer(queue);
    try {
      if (!pool.submit([device, queue](const std::stop_token& stop) { device->writer(queue).run(stop); }))
        writer.fail(sys::SystemError(sys::SystemCall::kThread, ECANCELED));
    } catch (const sys::SystemError& error) {
      writer.fail(error);
    }
  };
  const auto go_on = [device, queue] { return device->writer(queue).go_on(); };
  if (reader == nullptr || !reader->add({.go_on = go_on, .hand_over = write_on_pool})) write_on_pool();
}

// binding.ts: NativePacketDevice.counts()
Napi::Value PacketDevice::counts(const Napi::CallbackInfo& info) {
  const auto device = opened(info.Env());
  std::array<uint64_t, 5> sums{};
  for (uint32_t queue = 0; queue < device->queue_count(); ++queue) {
    if (const sys::PacketReader* reader = device->reader(queue)) {
      sums[0] += reader->counts().packets.load(std::memory_order_relaxed);
      sums[1] += reader->counts().bytes.load(std::memory_order_relaxed);
      sums[2] += reader->counts().discarded.load(std::memory_order_relaxed);
    }
    sums[3] += device->writer(queue).counts().packets.load(std::memory_order_relaxed);
    sums[4] += device->writer(queue).counts().bytes.load(std::memory_order_relaxed);
  }
  const Napi::Array result = Napi::Array::New(info.Env(), sums.size());
  for (uint32_t i = 0; i < sums.size(); ++i) result.Set(i, static_cast<double>(sums[i]));
  return result;
}

// binding.ts: NativePacketDevice.hold()
void PacketDevice::hold(const Napi::CallbackInfo&) {
  if (!closed_ && !std::exchange(held_, true)) environment_.hold();
}

// binding.ts: NativePacketDevice.letGo()
void PacketDevice::let_go(const Napi::CallbackInfo&) {
  if (std::exchange(held_, false)) environment_.release();
}

// binding.ts: NativePacketDevice.close()
void PacketDevice::close(const Napi::CallbackInfo& info) {
  const uint32_t id = to_id(info[0], "close");
  let_go(info);
  claimed_ = true;
  closed_ = true;
  run_request(environment_, id, [device = slot_->close()](const std::stop_token&) {
    if (device) {
      device->finish_writing();
      device->close();
    }
    return wire::CompletionCode::kDone;
  });
}

std::shared_ptr<sys::PacketDevice> PacketDevice::opened(Napi::Env env) const {
  auto device = slot_->get();
  if (!device) throw Napi::TypeError::New(env, "this PacketDevice is not open");
  return device;
}

sys::PacketReader& PacketDevice::reader(const Napi::CallbackInfo& info, const sys::PacketDevice& device) const {
  sys::PacketReader* reader = device.reader(to_queue(info[0], device));
  if (reader == nullptr) throw Napi::TypeError::New(info.Env(), "the queue is not read");
  return *reader;
}

}  // namespace rtnetlink::node
