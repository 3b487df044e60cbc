// The reference recordings and tables, where they are: folder BRRR_REFERENCE, else ../shared/reference beside the
// repository.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace brrr::test {

inline std::string sleep_reference_folder() {
  if (const char* folder = std::getenv("BRRR_REFERENCE")) return std::string(folder) + "/sleep/";
  const std::string file = __FILE__;
  return file.substr(0, file.rfind("test/native/")) + "../shared/reference/sleep/";
}

/// Whole file, or an empty string.
inline std::string read_reference(const std::string& path) {
  std::ifstream in(sleep_reference_folder() + path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

/// A table of numbers with a line of column names.
struct ReferenceTable {
  std::vector<std::string> names;
  std::vector<std::vector<double>> rows;

  static ReferenceTable load(const std::string& path) {
    ReferenceTable table;
    std::istringstream in(read_reference("expected/" + path));
    for (std::string line, cell; std::getline(in, line);) {
      std::istringstream cells(line);
      std::vector<double> row;
      while (std::getline(cells, cell, ','))
        table.rows.empty() && row.empty() && cell.find_first_not_of("0123456789.-+e") != std::string::npos
            ? table.names.push_back(cell)
            : row.push_back(std::stod(cell));
      if (!row.empty()) table.rows.push_back(row);
    }
    return table;
  }
};

/// A plain EDF file with one-second records or longer, all signals at one rate, in microvolts.
class ReferenceRecording {
 public:
  static std::unique_ptr<ReferenceRecording> load(const std::string& name) {
    auto recording = std::make_unique<ReferenceRecording>();
    recording->bytes_ = read_reference("recordings/" + name + ".edf");
    if (recording->bytes_.empty()) return nullptr;
    recording->signals_ = static_cast<int>(recording->number(252, 4));
    recording->rate = recording->signal_number(216, 8, 0) / recording->number(244, 8);
    return recording;
  }

  double rate = 0;

  std::vector<double> channel(const std::string& label) const {
    int signal = 0;
    while (bytes_.compare(256 + 16 * signal, label.size(), label) != 0) signal++;
    const double physical_min = signal_number(104, 8, signal), physical_max = signal_number(112, 8, signal);
    const double digital_min = signal_number(120, 8, signal), digital_max = signal_number(128, 8, signal);
    const double scale = (physical_max - physical_min) / (digital_max - digital_min);
    const int64_t per_record = static_cast<int64_t>(signal_number(216, 8, signal));
    const int64_t records = static_cast<int64_t>(number(236, 8)), header = static_cast<int64_t>(number(184, 8));
    std::vector<double> samples;
    for (int64_t r = 0; r < records; r++)
      for (int64_t i = 0; i < per_record; i++) {
        const size_t at = header + 2 * ((r * signals_ + signal) * per_record + i);
        const int digital = static_cast<uint8_t>(bytes_[at]) + 256 * static_cast<int8_t>(bytes_[at + 1]);
        samples.push_back((digital - digital_min) * scale + physical_min);
      }
    return samples;
  }

 private:
  double number(size_t at, size_t width) const { return std::stod(bytes_.substr(at, width)); }
  double signal_number(size_t field, size_t width, int signal) const {
    return number(256 + field * signals_ + width * signal, width);
  }

  std::string bytes_;
  int signals_ = 0;
};

}  // namespace brrr::test
