// The header of EDF, EDF+, BDF and BDF+ files (Kemp et al. 1992; Kemp & Olivan 2003; BioSemi's 24-bit variant).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "edf/byte_source.h"

namespace brrr::edf {

constexpr int kHeaderBytes = 256;

enum class Format { kEdf, kEdfPlusC, kEdfPlusD, kBdf, kBdfPlusC, kBdfPlusD };

/// "EDF", "EDF+C", "EDF+D", "BDF", "BDF+C", "BDF+D".
const char* format_name(Format format);
bool is_bdf(Format format);
bool is_plus(Format format);
bool is_discontinuous(Format format);

/// Texts are UTF-8 without trailing spaces.
struct SignalHeader {
  std::string label, transducer, dimension, prefilter, reserved;
  /// 0 where the field holds no finite number; `usable` is false then.
  double physical_min = 0, physical_max = 0;
  int32_t digital_min = 0, digital_max = 0;
  int32_t samples_per_record = 0;
  /// Samples per second; 0 where the record duration is 0.
  double rate_hz = 0;
  bool is_annotation = false;
  /// False where no finite physical values can be computed, as `problem` says, and for annotation signals.
  bool usable = false;
  std::string problem;
  /// physical = digital * scale + offset, in the signal's own dimension.
  double scale = 0, offset = 0;
  /// Position inside a data record.
  int64_t record_offset_bytes = 0;
};

struct Header {
  Format format = Format::kEdf;
  std::string patient, recording, start_date, start_time, reserved;
  /// ISO 8601 without a zone ("2024-03-02T10:20:30"); empty where the header holds no valid date and time.
  std::string start_iso;
  int64_t header_bytes = 0;
  /// As the header says, -1 for unknown; and whole records that the file holds, which is what counts.
  int64_t records_in_header = 0;
  int64_t records = 0;
  double record_duration_s = 0;
  int64_t record_bytes = 0;
  int bytes_per_sample = 2;
  std::vector<SignalHeader> signals;
};

/// Reads the header and settles the number of records from the size. What is odd but readable is added to `warnings`.
/// Throws EDF_INVALID, or EDF_TRUNCATED where the file ends inside the header or before the first promised record.
Header read_header(const ByteSource& source, std::vector<std::string>& warnings);

}  // namespace brrr::edf
