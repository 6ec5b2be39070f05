// Where there is no libFuzzer: a driver that mutates a corpus, keeps what reaches new code, and understands the same
// arguments: FOLDER… -max_total_time=SECONDS -seed=NUMBER, or FILE… to run those once. Built with g++
// -fsanitize=address,undefined; fuzz_target.cc and wire/ with -fsanitize-coverage=trace-pc too.
#include <sanitizer/common_interface_defs.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size);

namespace rtnetlink::fuzz {
namespace {

using Input = std::vector<uint8_t>;

constexpr std::size_t kLargestInput = 1 << 17;

/**
 * What the sanitizers call back without a context: the only state of the addon's sources that is global and changes.
 * The code that was reached is a bit for each pair of places that followed one another.
 */
struct Watch {
  std::array<uint8_t, 1 << 16> reached{};
  uintptr_t before = 0;
  bool found_new = false;
  const Input* running = nullptr;
  std::string crash_file = "crash";
};
Watch watch;

void save_running_input() {
  if (watch.running == nullptr) return;
  std::ofstream file(watch.crash_file, std::ios::binary);
  file.write(reinterpret_cast<const char*>(watch.running->data()), static_cast<std::streamsize>(watch.running->size()));
  std::cerr << "the input, of " << watch.running->size() << " bytes, is in " << watch.crash_file << '\n';
}

/** The exact bytes in memory of their own, so that the sanitizer sees one byte too far. True when it reached new code.
 */
bool run(const Input& input) {
  watch.running = &input;
  watch.found_new = false;
  watch.before = 0;
  LLVMFuzzerTestOneInput(input.data(), input.size());
  watch.running = nullptr;
  return watch.found_new;
}

Input read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/** The same numbers for the same seed, on every machine. */
class Random {
 public:
  explicit Random(uint64_t seed) : generator_(seed) {}

  std::size_t below(std::size_t end) { return end == 0 ? 0 : static_cast<std::size_t>(generator_() % end); }
  bool one_in(std::size_t chances) { return below(chances) == 0; }

 private:
  std::mt19937_64 generator_;
};

class Mutator {
 public:
  Mutator(Random& random, const std::vector<Input>& corpus) : random_(random), corpus_(corpus) {}

  Input next() {
    Input input = any();
    do {
      mutate(input);
    } while (!random_.one_in(3));
    if (input.size() > kLargestInput) input.resize(kLargestInput);
    return {input.begin(), input.end()};
  }

 private:
  const Input& any() { return corpus_[random_.below(corpus_.size())]; }

  void mutate(Input& input) {
    switch (random_.below(9)) {
      case 0:
        return flip_bit(input);
      case 1:
        return set<uint8_t>(input);
      case 2:
      case 3:
        return set<uint16_t>(input);
      case 4:
        return set<uint32_t>(input);
      case 5:
        return erase(input);
      case 6:
        return insert(input, any());
      case 7:
        return insert(input, input);
      default:
        input.resize(random_.below(input.size() + 1));
    }
  }

  void flip_bit(Input& input) {
    if (input.empty()) return;
    input[random_.below(input.size())] ^= static_cast<uint8_t>(1U << random_.below(8));
  }

  /** A number that lengths and types trip over; often where such a field would stand. */
  template <typename Integer>
  void set(Input& input) {
    if (input.size() < sizeof(Integer)) return;
    std::size_t at = random_.below(input.size() - sizeof(Integer) + 1);
    if (!random_.one_in(4)) at = std::min(at / 4 * 4 + 1 + random_.below(2), input.size() - sizeof(Integer));
    const auto value = static_cast<Integer>(interesting(input.size()));
    std::memcpy(&input[at], &value, sizeof value);
  }

  uint64_t interesting(std::size_t size) {
    constexpr std::array<uint64_t, 6> kEdges{0, 0x7f, 0x7fff, 0xffff, 0x7fff'ffff, 0xffff'ffff};
    switch (random_.below(4)) {
      case 0:
        return kEdges[random_.below(kEdges.size())] - random_.below(4);
      case 1:
        return size - std::min(size, random_.below(24));
      case 2:
        return random_.below(64);
      default:
        return random_.below(0x10000);
    }
  }

  void erase(Input& input) {
    const auto [start, length] = stretch(input);
    const auto from = input.begin() + static_cast<std::ptrdiff_t>(start);
    input.erase(from, from + static_cast<std::ptrdiff_t>(length));
  }

  void insert(Input& input, const Input& from) {
    const auto [start, length] = stretch(from);
    const auto first = from.begin() + static_cast<std::ptrdiff_t>(start);
    const Input piece(first, first + static_cast<std::ptrdiff_t>(length));
    const auto at = static_cast<std::ptrdiff_t>(random_.below(input.size() + 1));
    input.insert(input.begin() + at, piece.begin(), piece.end());
  }

  struct Stretch {
    std::size_t start;
    std::size_t length;
  };
  Stretch stretch(const Input& input) {
    const std::size_t start = random_.below(input.size() + 1);
    const std::size_t most = input.size() - start;
    return {start, random_.below(random_.one_in(4) ? most + 1 : std::min<std::size_t>(most, 32) + 1)};
  }

  Random& random_;
  const std::vector<Input>& corpus_;
};

void fuzz(std::vector<Input> corpus, uint64_t seed, std::chrono::seconds time) {
  std::cout << "seed " << seed << ", " << corpus.size() << " inputs to start from, " << time.count() << " s"
            << std::endl;
  for (const Input& input : corpus) run(input);
  Random random(seed);
  Mutator mutator(random, corpus);
  const auto end = std::chrono::steady_clock::now() + time;
  std::size_t runs = 0;
  while (std::chrono::steady_clock::now() < end) {
    for (int i = 0; i < 1000; ++i, ++runs) {
      Input input = mutator.next();
      if (run(input)) corpus.push_back(std::move(input));
    }
  }
  std::size_t reached = 0;
  for (const uint8_t bits : watch.reached) reached += static_cast<std::size_t>(std::popcount(bits));
  std::cout << runs << " runs, " << corpus.size() << " inputs that reached something new, " << reached
            << " pairs of places: nothing found" << std::endl;
}

std::optional<uint64_t> number_after(std::string_view name, std::string_view argument) {
  if (!argument.starts_with(name)) return std::nullopt;
  uint64_t number = 0;
  const std::string_view digits = argument.substr(name.size());
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

int main(const std::vector<std::string>& arguments) {
  uint64_t seed = std::random_device()();
  std::chrono::seconds time{60};
  std::vector<Input> corpus;
  bool has_folder = false;
  for (const std::string& argument : arguments) {
    if (const auto given = number_after("-seed=", argument)) {
      seed = *given;
    } else if (const auto seconds = number_after("-max_total_time=", argument)) {
      time = std::chrono::seconds(*seconds);
    } else if (const std::string_view option = "-artifact_prefix="; argument.starts_with(option)) {
      watch.crash_file = argument.substr(option.size()) + "crash";
    } else if (argument.starts_with('-')) {
      continue;  // libFuzzer's, and not ours.
    } else if (std::filesystem::is_directory(argument)) {
      has_folder = true;
      std::vector<std::filesystem::path> files;
      for (const auto& entry : std::filesystem::directory_iterator(argument)) files.push_back(entry.path());
      std::ranges::sort(files);
      for (const auto& file : files) corpus.push_back(read_file(file));
    } else {
      run(read_file(argument));
    }
  }
  if (!has_folder) return 0;
  if (corpus.empty()) {
    std::cerr << "the corpus is empty\n";
    return 2;
  }
  fuzz(std::move(corpus), seed, time);
  return 0;
}

}  // namespace
}  // namespace rtnetlink::fuzz

extern "C" {

// NOLINTBEGIN(bugprone-reserved-identifier): names that the sanitizers ask for.
void __sanitizer_cov_trace_pc() {
  using rtnetlink::fuzz::watch;
  // Counted from a place of our own, because the program is loaded elsewhere each time.
  const auto here =
      reinterpret_cast<uintptr_t>(__builtin_return_address(0)) - reinterpret_cast<uintptr_t>(&LLVMFuzzerTestOneInput);
  const std::size_t pair = (here ^ (watch.before >> 1)) % (watch.reached.size() * 8);
  const auto bit = static_cast<uint8_t>(1U << pair % 8);
  uint8_t& bits = watch.reached[pair / 8];
  if ((bits & bit) == 0) watch.found_new = true;
  bits |= bit;
  watch.before = here;
}

/** An abort of the target is a finding as any other. */
const char* __asan_default_options() { return "handle_abort=1:detect_stack_use_after_return=1"; }
// NOLINTEND(bugprone-reserved-identifier)

}  // extern "C"

int main(int count, char** arguments) {
  __sanitizer_set_death_callback(rtnetlink::fuzz::save_running_input);
  return rtnetlink::fuzz::main({arguments + 1, arguments + count});
}
