#include "edf/segments.h"

#include <tuple>

#include "test_file.h"

namespace brrr::edf::testing {
namespace {

Header header_of(Format format, int64_t records, double duration_s, int32_t samples_per_record) {
  Header header;
  header.format = format;
  header.records = records;
  header.record_duration_s = duration_s;
  header.signals.resize(1);
  header.signals[0].samples_per_record = samples_per_record;
  header.signals[0].rate_hz = duration_s > 0 ? samples_per_record / duration_s : 0;
  return header;
}

// First record, records, start and duration of each stretch.
using List = std::vector<std::tuple<int64_t, int64_t, double, double>>;

List list(const std::vector<Segment>& segments) {
  List out;
  for (const auto& s : segments) out.emplace_back(s.first_record, s.records, s.start_s, s.duration_s);
  return out;
}

List find(const Header& header, const std::vector<double>& onsets, size_t expected_warnings = 0) {
  std::vector<std::string> warnings;
  const auto segments = find_segments(header, onsets, warnings);
  EXPECT_EQ(warnings.size(), expected_warnings) << (warnings.empty() ? "" : warnings[0]);
  return list(segments);
}

TEST(Segments, APlainFileIsOneStretch) {
  EXPECT_EQ(find(header_of(Format::kEdf, 7, 2, 100), {}), (List{{0, 7, 0, 14}}));
  EXPECT_EQ(find(header_of(Format::kEdf, 0, 2, 100), {}), (List{}));
}

TEST(Segments, GapsDivideADiscontinuousFile) {
  EXPECT_EQ(find(header_of(Format::kEdfPlusD, 5, 1, 100), {0, 1, 5, 6, 20.5}),
            (List{{0, 2, 0, 2}, {2, 2, 5, 2}, {4, 1, 20.5, 1}}));
  EXPECT_EQ(find(header_of(Format::kBdfPlusD, 2, 0.5, 128), {0.25, 0.75}), (List{{0, 2, 0.25, 1}}));
}

TEST(Segments, RoundedOnsetsAreNoGaps) {
  // Records of 1/3 s with onsets in milliseconds, at a rate whose half sample is shorter than that.
  const Header header = header_of(Format::kEdfPlusD, 4, 1.0 / 3, 1000);
  EXPECT_EQ(find(header, {0, 0.333, 0.667, 1}).size(), 1u);
  // Half a sample at 100 Hz is 5 ms; a whole one is a gap.
  EXPECT_EQ(find(header_of(Format::kEdfPlusD, 2, 1, 100), {0, 1.004}).size(), 1u);
  EXPECT_EQ(find(header_of(Format::kEdfPlusD, 2, 1, 100), {0, 1.01}).size(), 2u);
}

TEST(Segments, RecordsThatOverlapAreTheirOwnStretchWithAWarning) {
  EXPECT_EQ(find(header_of(Format::kEdfPlusD, 3, 1, 100), {0, 0.5, 1.5}, 1), (List{{0, 1, 0, 1}, {1, 2, 0.5, 2}}));
}

TEST(Segments, AContinuousFileStaysWholeWhateverItsOnsetsSay) {
  EXPECT_EQ(find(header_of(Format::kEdfPlusC, 3, 1, 100), {0.5, 1.5, 9}, 1), (List{{0, 3, 0.5, 3}}));
}

TEST(Segments, MoreThanARecordingCanHaveAreRefused) {
  std::vector<double> onsets;
  for (size_t i = 0; i <= kMaxSegments; i++) onsets.push_back(2.0 * static_cast<double>(i));
  const Header header = header_of(Format::kEdfPlusD, static_cast<int64_t>(onsets.size()), 1, 100);
  expect_error("EDF_UNSUPPORTED", "gaps", [&] { find(header, onsets); });
}

TEST(Segments, ComeWithTheReader) {
  const auto reader = open_bytes(annotation_file({"+0\x14\x14", "+30\x14\x14"}, "EDF+D"));
  EXPECT_EQ(list(reader->segments()), (List{{0, 1, 0, 1}, {1, 1, 30, 1}}));
}

}  // namespace
}  // namespace brrr::edf::testing
