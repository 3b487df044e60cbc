// A synthetic recording in a temporary file, read back.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "edf/reader.h"
#include "synth/synth.h"

namespace brrr::synth {

class Recording {
 public:
  template <class Options>
  Recording(const Options& options, Truth (*make)(const Options&, const std::string&, Job&)) {
    static int count = 0;
    const std::string name = "brrr_synth_" + std::to_string(getpid()) + "_" + std::to_string(count++) + ".edf";
    path_ = (std::filesystem::temp_directory_path() / name).string();
    truth = make(options, path_, job_);
    reader = edf::Reader::open(path_, job_);
  }
  ~Recording() { std::filesystem::remove(path_); }
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

  std::string bytes() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::vector<double> samples(int signal) const {
    std::vector<double> values(static_cast<size_t>(reader->samples(signal)));
    reader->read_physical(signal, 0, static_cast<int64_t>(values.size()), values.data());
    return values;
  }

  int count(const std::string& type) const {
    int n = 0;
    for (const PlantedEvent& event : truth.events) n += event.type == type;
    return n;
  }

  Truth truth;
  std::shared_ptr<edf::Reader> reader;

 private:
  std::string path_;
  Job job_;
};

}  // namespace brrr::synth
