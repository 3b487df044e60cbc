#include "control.h"

#include <atomic>
#include <cstdlib>
#include <map>
#include <mutex>
#include <sstream>
#include <vector>

namespace brrr_double {
namespace {

struct Failure {
  int error = 0;
  int calls_before = 0;
};

struct State {
  std::mutex mutex;
  std::map<std::string, std::string> settings;
  std::map<std::string, Failure> failures;
  std::string calls;

  State() {
    const char* text = std::getenv("BRRR_DOUBLE");
    configure(text ? text : "");
  }

  void configure(const std::string& text) {
    settings.clear();
    failures.clear();
    calls.clear();
    std::istringstream words(text);
    for (std::string word; words >> word;) {
      const size_t equals = word.find('=');
      const std::string key = word.substr(0, equals), value = word.substr(equals + 1);
      if (key == "fail") plan(value);
      settings[key] = value;
    }
  }

  /// function:error[:calls_before]
  void plan(const std::string& text) {
    std::istringstream parts(text);
    std::string function, error, before = "0";
    std::getline(parts, function, ':');
    std::getline(parts, error, ':');
    std::getline(parts, before, ':');
    failures[function] = {std::stoi(error), before.empty() ? 0 : std::stoi(before)};
  }
};

State& state() {
  static auto& instance = *new State;
  return instance;
}

/// A real library's exit handlers free what its functions use: from then on no call of them may come.
struct Unloaded {
  std::atomic<bool> value{false};
  ~Unloaded() { value = true; }
} unloaded;

}  // namespace

std::string setting(const std::string& key, const std::string& fallback) {
  std::lock_guard<std::mutex> lock(state().mutex);
  const auto found = state().settings.find(key);
  return found == state().settings.end() ? fallback : found->second;
}

int enter(const char* function) {
  if (unloaded.value) std::abort();
  std::lock_guard<std::mutex> lock(state().mutex);
  state().calls += (state().calls.empty() ? "" : " ") + std::string(function);
  const auto planned = state().failures.find(function);
  if (planned == state().failures.end() || planned->second.calls_before-- > 0) return 0;
  return planned->second.error;
}

}  // namespace brrr_double

void brrr_double_configure(const char* text) {
  std::lock_guard<std::mutex> lock(brrr_double::state().mutex);
  brrr_double::state().configure(text);
}

const char* brrr_double_calls() {
  static thread_local std::string copy;
  std::lock_guard<std::mutex> lock(brrr_double::state().mutex);
  return (copy = brrr_double::state().calls).c_str();
}
