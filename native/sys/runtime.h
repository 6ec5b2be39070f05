#pragma once

#include "sys/capture.h"
#include "sys/completion_queue.h"
#include "sys/counters.h"
#include "sys/monitor_thread.h"
#include "sys/namespace_threads.h"
#include "sys/open_handles.h"
#include "sys/packet_device.h"
#include "sys/thread_pool.h"
#include "sys/user_namespaces.h"

namespace rtnetlink::sys {

/**
 * What the native side of one environment shares: held by shared_ptr by everything that jobs may still use, because
 * Node finalizes a dying environment's objects in no particular order.
 */
struct Runtime {
  Counters counters;
  CompletionQueue completions;
  ThreadPool pool{counters};
  UserNamespaces user_namespaces{pool};
  NamespaceThreads namespace_threads{counters};
  OpenHandles<PacketDevice> devices;
  OpenHandles<Capture> captures;
  MonitorThread monitors{counters};
};

}  // namespace rtnetlink::sys
