#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

#include "sys/unique_fd.h"

namespace rtnetlink::sys {

/** What tells one namespace from another, for as long as it lives. */
struct NamespaceIdentity {
  dev_t device;
  ino_t inode;

  bool operator==(const NamespaceIdentity&) const = default;
};

/**
 * Makes a network namespace, and takes the calling thread into it: for NamespaceThreads. May wait long, because the
 * kernel makes and destroys namespaces under one lock.
 */
[[nodiscard]] UniqueFd create_namespace();

/** @throws SystemError EINVAL (statfs) when the file is no network namespace. */
[[nodiscard]] UniqueFd open_namespace(const std::string& path);

/** The namespace of the calling thread. */
[[nodiscard]] UniqueFd open_current_namespace();

/** The user namespace of the calling thread. */
[[nodiscard]] UniqueFd open_current_user_namespace();

/** The user namespace that owns it; none where that is above the calling thread's own. @throws SystemError */
[[nodiscard]] UniqueFd owner_of_namespace(const UniqueFd& descriptor);

/** A duplicate of a descriptor that is not ours. @throws SystemError as open_namespace. */
[[nodiscard]] UniqueFd duplicate_namespace(int descriptor);

[[nodiscard]] NamespaceIdentity identify(const UniqueFd& descriptor);

/**
 * Runs `body` on a thread that first enters the namespace and afterwards ends, and rethrows what it throws. No thread
 * is ever taken into another namespace and back: if the way back failed, it would serve its next caller in the wrong
 * one.
 */
void run_in_namespace(const UniqueFd& descriptor, const std::function<void()>& body);

/** Takes the calling thread into a namespace, for good: for the thread of a Worker, before anything else runs on it. */
void move_thread(int descriptor);

/** Whether the calling thread is the process's first. */
bool is_main_thread();

}  // namespace rtnetlink::sys
