#include <string>
#include <tuple>

#include "test_file.h"

namespace brrr::edf::testing {
namespace {

using namespace std::string_literals;

// Time, duration (-1: none) and text of each annotation.
std::vector<std::tuple<double, double, std::string>> list(const std::vector<Annotation>& annotations) {
  std::vector<std::tuple<double, double, std::string>> out;
  for (const auto& a : annotations) out.emplace_back(a.onset_s, a.has_duration ? a.duration_s : -1, a.text);
  return out;
}

using List = std::vector<std::tuple<double, double, std::string>>;

TEST(Annotations, ReadsTimesDurationsAndTexts) {
  const auto reader = open_bytes(annotation_file({"+0\x14\x14\0+0.5\x15"s + "2.25\x14spindle\x14\0-3\x14"
                                                                            "early\x14\0"s,
                                                  "+1\x14\x14\0+1.5\x14one\x14two\x14\0\0\0+9\x15"
                                                  "0\x14three\x14\0"s}));
  EXPECT_EQ(list(reader->annotations()),
            (List{{0.5, 2.25, "spindle"}, {-3, -1, "early"}, {1.5, -1, "one"}, {1.5, -1, "two"}, {9, 0, "three"}}));
  EXPECT_EQ(reader->record_onsets(), (std::vector<double>{0, 1}));
  EXPECT_TRUE(reader->warnings().empty());
}

TEST(Annotations, TextsOfTheTimeKeepingListCountToo) {
  const auto reader = open_bytes(annotation_file({"+0.25\x14\x14start\x14\0"s}));
  EXPECT_EQ(list(reader->annotations()), (List{{0.25, -1, "start"}}));
  EXPECT_EQ(reader->record_onsets(), (std::vector<double>{0.25}));
}

TEST(Annotations, ReadsUtf8AndLatin1) {
  const auto reader = open_bytes(annotation_file({"+0\x14\x14\0+1\x14\xC3\xA4\x14\xE4\x14\0"s}));
  EXPECT_EQ(list(reader->annotations()), (List{{1, -1, "\xC3\xA4"}, {1, -1, "\xC3\xA4"}}));
}

TEST(Annotations, LeavesOutMalformedListsAndSaysHowMany) {
  const char* const malformed[] = {"garbage",       "0.5\x14no sign\x14", "+\x14x\x14",        "+1.2.3\x14x\x14",
                                   "+1e3\x14x\x14", "+1\x15x\x14t\x14",   "+1\x15-1\x14t\x14", "+1\x15\x14t\x14",
                                   "+1\x14open",    "+inf\x14x\x14"};
  std::string record = "+0\x14\x14\0"s;
  for (const char* tal : malformed) record += tal + "\0"s;
  const auto reader = open_bytes(annotation_file({record + "+2\x14good\x14\0"s}));
  EXPECT_EQ(list(reader->annotations()), (List{{2, -1, "good"}}));
  ASSERT_EQ(reader->warnings().size(), 1u);
  EXPECT_NE(reader->warnings()[0].find("10 malformed"), std::string::npos) << reader->warnings()[0];
}

TEST(Annotations, AListMayFillItsSignalToTheLastByteButNotEndOpen) {
  EXPECT_EQ(list(open_bytes(annotation_file({"+0\x14\x14\0+1\x14"
                                             "12\x14"s}))
                     ->annotations()),
            (List{{1, -1, "12"}}));
  EXPECT_EQ(open_bytes(annotation_file({"+0\x14\x14\0+1\x14"
                                        "123"s}))
                ->annotations()
                .size(),
            0u);
}

TEST(Annotations, ARecordWithoutItsTimeFollowsTheOneBefore) {
  const auto reader = open_bytes(annotation_file({"+5\x14\x14\0"s, ""s, "+9\x14not empty\x14\0"s, "+20\x14\x14\0"s}));
  EXPECT_EQ(reader->record_onsets(), (std::vector<double>{5, 6, 7, 20}));
  EXPECT_NE(reader->warnings().at(0).find("2 records have no time-keeping"), std::string::npos);
}

TEST(Annotations, WithoutAnyTimeThereAreNoOnsets) {
  const auto reader = open_bytes(annotation_file({""s, ""s}));
  EXPECT_TRUE(reader->record_onsets().empty());
  EXPECT_NE(reader->warnings().at(0).find("No record has a time-keeping"), std::string::npos);
  TestFile none;
  none.reserved = "EDF+C";
  EXPECT_NE(open_bytes(none)->warnings().at(0).find("EDF+C without an annotation signal"), std::string::npos);
}

TEST(Annotations, TimeIsKeptByTheFirstOfSeveralSignals) {
  TestFile file;
  file.reserved = "EDF+C";
  file.records = "2";
  TestSignal annotations{"EDF Annotations", "", "-1", "1", "-32768", "32767", "5"};
  file.signals = {annotations, TestSignal{}, annotations};
  std::string data;
  for (const char* start : {"+7", "+8"}) {
    std::string first = start + "\x14\x14\0"s, second = start + "\x14"s + "b\x14\0"s;
    first.resize(10);
    second.resize(10);
    data += first + std::string(8, '\x14') + second;
  }
  file.data.assign(data.begin(), data.end());
  const auto reader = open_bytes(file);
  EXPECT_EQ(reader->record_onsets(), (std::vector<double>{7, 8}));
  EXPECT_EQ(list(reader->annotations()), (List{{7, -1, "b"}, {8, -1, "b"}}));
}

TEST(Annotations, BdfHoldsThemInThreeByteSamples) {
  TestFile file = annotation_file({"+0\x14\x14\0+1\x14"
                                   "abcd\x14\0"s},
                                  "BDF+C");
  file.version =
      "\xFF"
      "BIOSEMI";
  file.signals[0].label = "BDF Annotations";
  file.signals[0].samples_per_record = "5";
  file.data.resize(15);
  EXPECT_EQ(list(open_bytes(file)->annotations()), (List{{1, -1, "abcd"}}));
}

TEST(Annotations, PiecesOfAnySizeGiveTheSame) {
  const std::string bytes = "+0\x14\x14\0+0.5\x15"s + "2.25\x14spindle\x14\0bad\0+3\x14x\x14y\x14\0\0\0"s;
  for (size_t piece = 1; piece <= bytes.size(); piece++) {
    TalParser parser;
    parser.begin(true);
    for (size_t at = 0; at < bytes.size(); at += piece) {
      parser.feed(reinterpret_cast<const uint8_t*>(bytes.data()) + at,
                  static_cast<int64_t>(std::min(piece, bytes.size() - at)));
    }
    parser.end();
    EXPECT_EQ(list(parser.annotations), (List{{0.5, 2.25, "spindle"}, {3, -1, "x"}, {3, -1, "y"}})) << piece;
    EXPECT_EQ(parser.malformed, 1);
    EXPECT_TRUE(parser.has_record_onset());
  }
}

TEST(Annotations, AnEndlessListIsLeftOut) {
  const std::string overlong = "+1\x14"s + std::string(static_cast<size_t>(kMaxTalBytes), 'x') + "\x14\0"s;
  const auto reader = open_bytes(annotation_file({"+0\x14\x14\0"s + overlong + "+2\x14good\x14\0"s}));
  EXPECT_EQ(list(reader->annotations()), (List{{2, -1, "good"}}));
  EXPECT_NE(reader->warnings().at(0).find("1 malformed"), std::string::npos);

  TalParser parser;  // in pieces, the first of them too long by itself
  parser.begin(false);
  parser.feed(reinterpret_cast<const uint8_t*>(overlong.data()), kMaxTalBytes + 1);
  parser.feed(reinterpret_cast<const uint8_t*>("\0\0+2\x14good\x14"), 10);
  parser.end();
  EXPECT_EQ(parser.malformed, 1);
  EXPECT_EQ(list(parser.annotations), (List{{2, -1, "good"}}));
}

TEST(Annotations, MoreThanAMemoryShouldHoldAreLeftOut) {
  std::string record = "+0\x14\x14\0"s;
  for (int64_t i = 0; i < kMaxAnnotations + 3; i++)
    record +=
        "+1\x14"
        "a\x14\0"s;
  const auto reader = open_bytes(annotation_file({record}));
  EXPECT_EQ(static_cast<int64_t>(reader->annotations().size()), kMaxAnnotations);
  EXPECT_NE(reader->warnings().at(0).find("3 annotations beyond the first 500000"), std::string::npos);
}

}  // namespace
}  // namespace brrr::edf::testing
