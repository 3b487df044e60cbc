#include "edf/writer.h"

#include <dirent.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cmath>
#include <csignal>
#include <set>

#include "test_file.h"

namespace brrr::edf::testing {
namespace {

class WriterTest : public FolderTest {
 protected:
  std::shared_ptr<Reader> open(const std::string& name) {
    Job job;
    return Reader::open(path(name), job);
  }
  std::set<std::string> files() const {
    std::set<std::string> names;
    DIR* folder = opendir(folder_.c_str());
    while (const dirent* entry = readdir(folder)) {
      if (entry->d_name[0] != '.') names.insert(entry->d_name);
    }
    closedir(folder);
    return names;
  }
  static RecordingSpec two_signals(Format format) {
    RecordingSpec spec;
    spec.format = format;
    spec.patient = "P7 F X X";
    spec.recording = "Startdate 02-MAR-2024 X X X";
    spec.start_date = "02.03.24";
    spec.start_time = "22.15.00";
    spec.record_duration_s = 0.5;
    spec.signals.resize(2);
    spec.signals[0] = {"EEG C4-M1", "AgAgCl", "uV", "HP:0.1Hz", -312.5, 312.4, -2048, 2047, 64};
    spec.signals[1] = {"Resp", "", "mV", "", 1.0 / 3, -2, -32768, 32767, 5};
    if (is_plus(format)) spec.annotation_bytes = 64;
    return spec;
  }
};

TEST_F(WriterTest, WhatIsWrittenIsReadBack) {
  for (Format format : {Format::kEdf, Format::kEdfPlusC, Format::kBdf, Format::kBdfPlusC}) {
    SCOPED_TRACE(format_name(format));
    std::vector<float> eeg(64 * 6), resp(5 * 6);
    for (size_t i = 0; i < eeg.size(); i++) eeg[i] = 300 * std::sin(0.1f * static_cast<float>(i));
    for (size_t i = 0; i < resp.size(); i++) resp[i] = -1 + 0.02f * static_cast<float>(i);
    {
      Writer writer(path("a"), two_signals(format));
      if (is_plus(format)) writer.annotate({1.25, true, 0.5, "spindle"});
      for (size_t record = 0; record < 6; record++) {
        const float* const samples[] = {&eeg[64 * record], &resp[5 * record]};
        writer.write_record(samples);
      }
      EXPECT_EQ(writer.records(), 6);
      writer.finish();
    }
    const auto reader = open("a");
    const Header& header = reader->header();
    EXPECT_TRUE(reader->warnings().empty());
    EXPECT_EQ(header.format, format);
    EXPECT_EQ(header.records_in_header, 6);
    EXPECT_EQ(header.records, 6);
    EXPECT_EQ(header.patient, "P7 F X X");
    EXPECT_EQ(header.recording, "Startdate 02-MAR-2024 X X X");
    EXPECT_EQ(header.start_iso, "2024-03-02T22:15:00");
    EXPECT_EQ(header.signals[0].transducer, "AgAgCl");
    EXPECT_EQ(header.signals[0].prefilter, "HP:0.1Hz");
    EXPECT_EQ(header.signals[0].rate_hz, 128);
    EXPECT_EQ(header.signals[1].dimension, "mV");
    EXPECT_EQ(header.signals[1].physical_min, 0.333333);
    std::vector<double> out(eeg.size());
    reader->read_physical(0, 0, 64 * 6, out.data());
    for (size_t i = 0; i < eeg.size(); i++) ASSERT_NEAR(out[i], eeg[i], 0.5 * header.signals[0].scale * 1.000001);
    reader->read_physical(1, 0, 5 * 6, out.data());
    for (size_t i = 0; i < resp.size(); i++) {
      ASSERT_NEAR(out[i], resp[i], 0.5 * std::abs(header.signals[1].scale) * 1.000001);
    }
    if (!is_plus(format)) continue;
    ASSERT_EQ(reader->annotations().size(), 1u);
    EXPECT_EQ(reader->annotations()[0].onset_s, 1.25);
    EXPECT_EQ(reader->annotations()[0].duration_s, 0.5);
    EXPECT_EQ(reader->annotations()[0].text, "spindle");
    EXPECT_EQ(reader->record_onsets(), (std::vector<double>{0, 0.5, 1, 1.5, 2, 2.5}));
  }
}

TEST_F(WriterTest, ReadingAndWritingAgainGivesTheSameSamples) {
  RecordingSpec spec = two_signals(Format::kEdf);
  spec.signals.resize(1);
  spec.signals[0].physical_min = -187.123;
  spec.signals[0].digital_min = -32768;
  spec.signals[0].digital_max = 32767;
  TestFile original;
  original.signals[0] = {"EEG", "uV", "-187.123", "312.4", "-32768", "32767", "64"};
  original.records = "50";
  original.data = noise(50 * 128);
  const auto source = open_bytes(original);
  Writer writer(path("copy"), spec);
  std::vector<double> samples(64);
  for (int64_t record = 0; record < 50; record++) {
    source->read_physical(0, record * 64, 64, samples.data());
    const double* const channels[] = {samples.data()};
    writer.write_record(channels);
  }
  writer.finish();
  std::vector<int32_t> before(50 * 64), after(50 * 64);
  source->read_digital(0, 0, 50 * 64, before.data());
  open("copy")->read_digital(0, 0, 50 * 64, after.data());
  EXPECT_EQ(after, before);
}

TEST_F(WriterTest, ClipsToTheDigitalRange) {
  RecordingSpec spec = two_signals(Format::kEdf);
  spec.signals.resize(1);
  spec.signals[0].samples_per_record = 4;
  const double samples[] = {1e9, -1e9, INFINITY, -INFINITY};
  const double* const channels[] = {samples};
  Writer writer(path("a"), spec);
  writer.write_record(channels);
  writer.finish();
  int32_t digital[4];
  open("a")->read_digital(0, 0, 4, digital);
  EXPECT_EQ(std::vector<int32_t>(digital, digital + 4), (std::vector<int32_t>{2047, -2048, 2047, -2048}));
}

TEST_F(WriterTest, GapsBecomeSegments) {
  RecordingSpec spec = two_signals(Format::kEdfPlusD);
  const std::vector<double> zeros(64);
  const double* const channels[] = {zeros.data(), zeros.data()};
  Writer writer(path("a"), spec);
  writer.write_record(channels);
  writer.write_record(channels, 60.25);
  writer.write_record(channels);
  writer.finish();
  const auto reader = open("a");
  EXPECT_EQ(reader->record_onsets(), (std::vector<double>{0, 60.25, 60.75}));
  ASSERT_EQ(reader->segments().size(), 2u);
  EXPECT_EQ(reader->segments()[1].records, 2);
}

TEST_F(WriterTest, AnnotationsAloneTakeAsManyRecordsAsTheyNeed) {
  for (size_t count : {size_t{0}, size_t{1}, size_t{10'000}}) {
    std::vector<Annotation> annotations;
    for (size_t i = 0; i < count; i++)
      annotations.push_back({30.0 * static_cast<double>(i), true, 30, "Sleep stage N2"});
    if (count > 0) annotations.back() = {0.1234567, false, 0, "\xC3\xA4ra"};
    RecordingSpec spec;
    spec.patient = "P1 X X X";
    write_annotations(path("hypnogram.edf"), spec, annotations);
    const auto reader = open("hypnogram.edf");
    EXPECT_TRUE(reader->warnings().empty());
    EXPECT_EQ(reader->header().format, Format::kEdfPlusC);
    EXPECT_EQ(reader->header().patient, "P1 X X X");
    EXPECT_LE(reader->header().record_bytes, 61440);
    ASSERT_EQ(reader->annotations().size(), count);
    for (size_t i = 0; i < count; i++) {
      EXPECT_EQ(reader->annotations()[i].onset_s, annotations[i].onset_s);
      EXPECT_EQ(reader->annotations()[i].has_duration, annotations[i].has_duration);
      EXPECT_EQ(reader->annotations()[i].duration_s, annotations[i].duration_s);
      EXPECT_EQ(reader->annotations()[i].text, annotations[i].text);
    }
  }
}

TEST_F(WriterTest, NothingAppearsUnlessFinished) {
  save("a", {'o', 'l', 'd'});
  {
    Writer writer(path("a"), two_signals(Format::kEdf));
    EXPECT_EQ(files().size(), 2u);
  }
  EXPECT_EQ(files(), (std::set<std::string>{"a"}));
  EXPECT_EQ(std::ifstream(path("a")).get(), 'o');
}

TEST_F(WriterTest, RefusesWhatTheFormatCannotHold) {
  const auto expect_invalid = [&](const std::string& text, const RecordingSpec& spec) {
    expect_error("INVALID_ARGUMENT", text, [&] { Writer(path("a"), spec); });
  };
  RecordingSpec spec = two_signals(Format::kEdf);
  spec.signals[0].label = "a label of seventeen";
  expect_invalid("at most 16 printable bytes for the label, got 20.", spec);
  spec = two_signals(Format::kEdf);
  spec.patient = "line\nbreak";
  expect_invalid("patient field, got 10 with a control character", spec);
  spec = two_signals(Format::kEdf);
  spec.signals[0].digital_max = 40000;
  expect_invalid("digital range within -32768 to 32767 for EEG C4-M1", spec);
  spec = two_signals(Format::kEdf);
  spec.signals[0].physical_max = NAN;
  expect_invalid("physical maximum", spec);
  spec.signals[0].physical_max = spec.signals[0].physical_min;
  expect_invalid("two different physical limits", spec);
  spec = two_signals(Format::kEdf);
  spec.signals[0].samples_per_record = 0;
  expect_invalid("at least one sample per record", spec);
  spec.signals.clear();
  expect_invalid("at least one signal", spec);

  Writer plain(path("a"), two_signals(Format::kEdf));
  expect_error("INVALID_ARGUMENT", "Only EDF+", [&] { plain.annotate({0, false, 0, "x"}); });
  const std::vector<double> bad(64, NAN);
  const double* const channels[] = {bad.data(), bad.data()};
  expect_error("INVALID_ARGUMENT", "NaN in signal 0", [&] { plain.write_record(channels); });

  Writer plus(path("b"), two_signals(Format::kEdfPlusC));
  expect_error("INVALID_ARGUMENT", "text", [&] { plus.annotate({0, false, 0, ""}); });
  expect_error("INVALID_ARGUMENT", "text", [&] { plus.annotate({0, false, 0, "a\x14z"}); });
  expect_error("INVALID_ARGUMENT", "duration", [&] { plus.annotate({0, true, -1, "x"}); });
  expect_error("INVALID_ARGUMENT", "time in seconds", [&] { plus.annotate({NAN, false, 0, "x"}); });
  plus.annotate({0, false, 0, std::string(200, 'x')});
  expect_error("INVALID_ARGUMENT", "1 annotations found no room", [&] { plus.finish(); });
}

TEST_F(WriterTest, WhatTheFileSystemRefusesIsNamedAndLeavesNothing) {
  expect_error("WRITE_FAILED", "No such file", [&] { Writer(path("missing/a"), two_signals(Format::kEdf)); });
  expect_error("WRITE_FAILED", "not a regular file", [&] { Writer("/dev/null", two_signals(Format::kEdf)); });
  expect_error("WRITE_FAILED", "not a regular file", [&] { Writer(folder_, two_signals(Format::kEdf)); });

  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{10'000, before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::vector<double> zeros(64);
  const double* const channels[] = {zeros.data(), zeros.data()};
  expect_error("WRITE_FAILED", "File too large", [&] {
    Writer writer(path("a"), two_signals(Format::kEdf));
    for (int record = 0; record < 10'000; record++) writer.write_record(channels);
    writer.finish();
  });
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_TRUE(files().empty());
}

}  // namespace
}  // namespace brrr::edf::testing
