// Writes small recordings of every format into a folder, for the fuzzer to start from.
#include <cstdio>
#include <string>
#include <vector>

#include "common/error.h"
#include "edf/writer.h"

namespace {

using namespace brrr::edf;

void write_seed(const std::string& path, Format format) {
  RecordingSpec spec;
  spec.format = format;
  const int32_t limit = is_bdf(format) ? 8388607 : 32767;
  for (int k = 0; k < 2; k++) {
    SignalSpec signal;
    signal.label = k == 0 ? "EEG C4-M1" : "EOG LOC";
    signal.digital_min = -limit - 1;
    signal.digital_max = limit;
    signal.samples_per_record = k == 0 ? 20 : 5;
    spec.signals.push_back(signal);
  }
  spec.annotation_bytes = is_plus(format) ? 32 : 0;
  Writer writer(path, spec);
  if (is_plus(format)) writer.annotate({0.5, true, 1.5, "Sleep stage W"});
  const std::vector<double> samples(20, 12.5);
  const double* channels[] = {samples.data(), samples.data()};
  for (int record = 0; record < 3; record++) {
    const bool gap = is_discontinuous(format) && record == 2;
    writer.write_record(channels, gap ? 30.0 : record);
  }
  writer.finish();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: edf_seeds FOLDER\n");
    return 2;
  }
  try {
    const std::string folder = argv[1];
    for (Format format :
         {Format::kEdf, Format::kEdfPlusC, Format::kEdfPlusD, Format::kBdf, Format::kBdfPlusC, Format::kBdfPlusD}) {
      write_seed(folder + "/" + format_name(format), format);
    }
    write_annotations(folder + "/annotations", {}, {{0, true, 30, "Sleep stage W"}, {30, true, 60, "Sleep stage N2"}});
  } catch (const brrr::Error& error) {
    std::fprintf(stderr, "edf_seeds: %s\n", error.what());
    return 1;
  }
  return 0;
}
