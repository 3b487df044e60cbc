// EDF and BDF files made byte by byte, without the writer under test, and a folder to keep them in.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "common/error.h"
#include "edf/reader.h"

namespace brrr::edf::testing {

struct TestSignal {
  std::string label = "EEG Cz", dimension = "uV";
  std::string physical_min = "-1000", physical_max = "1000", digital_min = "-32768", digital_max = "32767";
  std::string samples_per_record = "4";
};

/// Every field is text, so that a test can make it wrong.
struct TestFile {
  std::string version = "0", patient = "X X X X", recording = "Startdate X X X X";
  std::string start_date = "02.03.24", start_time = "10.20.30", header_bytes, reserved, records = "2", duration = "1";
  std::string signal_count;
  std::vector<TestSignal> signals = {TestSignal{}};
  std::vector<uint8_t> data = std::vector<uint8_t>(16, 0);

  std::vector<uint8_t> bytes() const {
    std::string out;
    const auto field = [&out](std::string text, size_t width) {
      text.resize(width, ' ');
      out += text;
    };
    const std::string count = std::to_string(signals.size());
    field(version, 8);
    field(patient, 80);
    field(recording, 80);
    field(start_date, 8);
    field(start_time, 8);
    field(header_bytes.empty() ? std::to_string(256 * (signals.size() + 1)) : header_bytes, 8);
    field(reserved, 44);
    field(records, 8);
    field(duration, 8);
    field(signal_count.empty() ? count : signal_count, 4);
    for (const auto& s : signals) field(s.label, 16);
    for (size_t i = 0; i < signals.size(); i++) field("", 80);
    for (const auto& s : signals) field(s.dimension, 8);
    for (const auto& s : signals) field(s.physical_min, 8);
    for (const auto& s : signals) field(s.physical_max, 8);
    for (const auto& s : signals) field(s.digital_min, 8);
    for (const auto& s : signals) field(s.digital_max, 8);
    for (size_t i = 0; i < signals.size(); i++) field("", 80);
    for (const auto& s : signals) field(s.samples_per_record, 8);
    for (size_t i = 0; i < signals.size(); i++) field("", 32);
    std::vector<uint8_t> file(out.begin(), out.end());
    file.insert(file.end(), data.begin(), data.end());
    return file;
  }
};

/// A file of one annotation signal whose records hold these bytes, NUL-padded to the longest.
inline TestFile annotation_file(const std::vector<std::string>& records, const std::string& reserved = "EDF+C") {
  size_t longest = 2;
  for (const auto& record : records) longest = std::max(longest, (record.size() + 1) / 2 * 2);
  TestFile file;
  file.reserved = reserved;
  file.records = std::to_string(records.size());
  file.signals[0] = {"EDF Annotations", "", "-1", "1", "-32768", "32767", std::to_string(longest / 2)};
  file.data.clear();
  for (std::string record : records) {
    record.resize(longest, '\0');
    file.data.insert(file.data.end(), record.begin(), record.end());
  }
  return file;
}

/// Bytes that look random but are the same every time.
inline std::vector<uint8_t> noise(size_t count) {
  std::vector<uint8_t> bytes(count);
  uint32_t state = 12345;
  for (auto& byte : bytes) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<uint8_t>(state >> 24);
  }
  return bytes;
}

inline std::shared_ptr<Reader> open_bytes(std::vector<uint8_t> bytes) {
  Job job;
  return Reader::open(memory_source(std::move(bytes)), job);
}
inline std::shared_ptr<Reader> open_bytes(const TestFile& file) { return open_bytes(file.bytes()); }

/// A folder of its own for each test, removed at the end.
class FolderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "brrr-edf-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { EXPECT_EQ(std::system(("rm -rf '" + folder_ + "'").c_str()), 0); }
  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  void save(const std::string& name, const std::vector<uint8_t>& bytes) const {
    std::ofstream(path(name), std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
  std::string folder_;
};

/// Runs the action and expects an Error with this code whose message contains the text.
template <class Action>
void expect_error(const std::string& code, const std::string& text, Action action) {
  try {
    action();
    ADD_FAILURE() << "expected " << code << ", nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    EXPECT_NE(std::string(error.what()).find(text), std::string::npos) << error.what();
  }
}

}  // namespace brrr::edf::testing
