#include <cmath>

#include "test_file.h"

namespace brrr::edf::testing {
namespace {

void expect_refused(const TestFile& file, const std::string& code, const std::string& text) {
  expect_error(code, text, [&] { open_bytes(file); });
}

TEST(Header, GivesEveryFieldAsItStands) {
  TestFile file;
  file.patient = "P1 F 01-JAN-1970 Name";
  file.signals[0] = {"EEG Fpz-Cz", "mV", "-1,5", "+1.5", "-2048.0", " 2047 ", "4"};
  file.duration = "0.5";
  const auto reader = open_bytes(file);
  const Header& header = reader->header();
  EXPECT_EQ(header.format, Format::kEdf);
  EXPECT_EQ(header.patient, "P1 F 01-JAN-1970 Name");
  EXPECT_EQ(header.recording, "Startdate X X X X");
  EXPECT_EQ(header.start_date, "02.03.24");
  EXPECT_EQ(header.start_iso, "2024-03-02T10:20:30");
  EXPECT_EQ(header.records, 2);
  EXPECT_EQ(header.record_duration_s, 0.5);
  EXPECT_EQ(header.record_bytes, 8);
  const SignalHeader& signal = header.signals.at(0);
  EXPECT_EQ(signal.label, "EEG Fpz-Cz");
  EXPECT_EQ(signal.dimension, "mV");
  EXPECT_EQ(signal.physical_min, -1.5);
  EXPECT_EQ(signal.physical_max, 1.5);
  EXPECT_EQ(signal.digital_min, -2048);
  EXPECT_EQ(signal.digital_max, 2047);
  EXPECT_EQ(signal.rate_hz, 8);
  EXPECT_TRUE(signal.usable);
  EXPECT_TRUE(reader->warnings().empty());
}

TEST(Header, TellsTheFormatsApart) {
  const struct {
    const char *version, *reserved, *name;
  } cases[] = {{"0", "", "EDF"},
               {"0", "EDF+C", "EDF+C"},
               {"0", "EDF+D", "EDF+D"},
               {"0", "EDF", "EDF"},
               {"\xFF"
                "BIOSEMI",
                "24BIT", "BDF"},
               {"\xFF"
                "BIOSEMI",
                "BDF+C", "BDF+C"},
               {"0", "BDF+D", "EDF"},
               {"\xFF"
                "BIOSEMI",
                "BDF+D", "BDF+D"}};
  for (const auto& c : cases) {
    TestFile file;
    file.version = c.version;
    file.reserved = c.reserved;
    file.data.resize(24);
    EXPECT_STREQ(format_name(open_bytes(file)->header().format), c.name) << c.version << c.reserved;
  }
}

TEST(Header, DecodesAsciiThenUtf8ThenLatin1AndStopsAtNul) {
  TestFile file;
  file.patient = "M\xC3\xBCller";
  file.recording = "J\xFCrgen";
  file.signals[0].label = std::string("EEG\0Cz", 6);
  const auto reader = open_bytes(file);
  EXPECT_EQ(reader->header().patient, "M\xC3\xBCller");
  EXPECT_EQ(reader->header().recording, "J\xC3\xBCrgen");
  EXPECT_EQ(reader->header().signals[0].label, "EEG");
  file.patient = "\xC0\xAF";  // an overlong form is no UTF-8
  EXPECT_EQ(open_bytes(file)->header().patient, "\xC3\x80\xC2\xAF");
}

TEST(Header, StartIsEmptyWhereThereIsNoDate) {
  const struct {
    const char *date, *time, *iso;
  } cases[] = {{"31.12.85", "23.59.59", "1985-12-31T23:59:59"},
               {"29.02.84", "00.00.00", "2084-02-29T00:00:00"},
               {"29.02.23", "00.00.00", ""},
               {"32.13.24", "10.20.30", ""},
               {"00.00.00", "10.20.30", ""},
               {"02-03-24", "10:20:30", "2024-03-02T10:20:30"},
               {"02.03.24", "24.00.00", ""},
               {"02.03.2x", "10.20.30", ""},
               {"", "", ""}};
  for (const auto& c : cases) {
    TestFile file;
    file.start_date = c.date;
    file.start_time = c.time;
    EXPECT_EQ(open_bytes(file)->header().start_iso, c.iso) << c.date;
  }
}

TEST(Header, RefusesWhatIsNoRecordingAndSaysWhy) {
  expect_error("EDF_TRUNCATED", "0 bytes", [] { open_bytes(std::vector<uint8_t>()); });
  TestFile file;
  file.version = "\x89PNG";
  expect_refused(file, "EDF_INVALID", "version");
  file = {};
  file.signal_count = "0";
  expect_refused(file, "EDF_INVALID", "number of signals is 0");
  file.signal_count = "-3";
  expect_refused(file, "EDF_INVALID", "number of signals is -3");
  file.signal_count = "2x";
  expect_refused(file, "EDF_INVALID", "not an integer: '2x'");
  file.signal_count = "9999";
  expect_refused(file, "EDF_TRUNCATED", "its header takes 2560000 for 9999 signals");
  file = {};
  file.header_bytes = "768";
  expect_refused(file, "EDF_INVALID", "'768', must be 512");
  file = {};
  for (const char* duration : {"inf", "nan", "", "1e999", "0x1"}) {
    file.duration = duration;
    expect_refused(file, "EDF_INVALID", "duration is not a finite number");
  }
  file.duration = "-1";
  expect_refused(file, "EDF_INVALID", "negative");
  file.duration = "1e300";
  expect_refused(file, "EDF_INVALID", "more than a recording can be");
  file = {};
  file.records = "many";
  expect_refused(file, "EDF_INVALID", "number of records");
  file = {};
  file.signals[0].samples_per_record = "abc";
  expect_refused(file, "EDF_INVALID", "signal 0 (EEG Cz) is not an integer: 'abc'");
  file.signals[0].samples_per_record = "-4";
  expect_refused(file, "EDF_INVALID", "negative");
  file.signals[0].samples_per_record = "0";
  expect_refused(file, "EDF_INVALID", "samples per record is 0");
}

TEST(Header, CountsTheRecordsThatAreThere) {
  const struct {
    const char* promised;
    size_t data_bytes;
    int64_t records;
    const char* warning;
  } cases[] = {{"2", 16, 2, ""},
               {"-1", 16, 2, "-1 (unknown), 2 taken"},
               {"-1", 0, 0, "-1 (unknown), 0 taken"},
               {"0", 0, 0, ""},
               {"3", 16, 2, "promises 3 records, the file holds 2"},
               {"1", 16, 2, "promises 1 records, the file holds 2"},
               {"2", 19, 2, "3 bytes after the last record"},
               {"99999999", 16, 2, "promises 99999999"}};
  for (const auto& c : cases) {
    TestFile file;
    file.records = c.promised;
    file.data.resize(c.data_bytes);
    const auto reader = open_bytes(file);
    EXPECT_EQ(reader->records(), c.records);
    if (*c.warning == 0) {
      EXPECT_TRUE(reader->warnings().empty());
      continue;
    }
    ASSERT_EQ(reader->warnings().size(), 1u) << c.promised;
    EXPECT_NE(reader->warnings()[0].find(c.warning), std::string::npos) << reader->warnings()[0];
  }
  TestFile torn;
  torn.data.resize(11);
  EXPECT_EQ(open_bytes(torn)->records(), 1);
  EXPECT_EQ(open_bytes(torn)->warnings().size(), 2u);
  torn.signals[0].samples_per_record = "99999999";
  expect_refused(torn, "EDF_TRUNCATED", "promises 2 records of 199999998 bytes, the file holds none");
}

TEST(Header, WithoutARateThereAreNoUsableSignals) {
  const struct {
    const char *duration, *problem;
  } cases[] = {{"0", "the record duration is 0"}, {"1e-300", "the sampling rate is above 1 MHz"}};
  for (const auto& c : cases) {
    TestFile file;
    file.duration = c.duration;
    const auto reader = open_bytes(file);
    EXPECT_EQ(reader->header().signals[0].problem, c.problem);
    EXPECT_EQ(reader->header().signals[0].rate_hz, 0);
  }
}

TEST(Header, ASignalWithoutUsableScalingIsFlaggedAndTheRestRead) {
  const struct {
    TestSignal signal;
    const char* problem;
  } cases[] = {{{"A", "uV", "nan", "1", "-10", "10", "4"}, "physical minimum is not a finite number: 'nan'"},
               {{"A", "uV", "1", "", "-10", "10", "4"}, "physical maximum is not a finite number: ''"},
               {{"A", "uV", "-1", "1", "-10.5", "10", "4"}, "digital minimum is not an integer: '-10.5'"},
               {{"A", "uV", "-1", "1", "10", "10", "4"}, "digital minimum equals digital maximum"},
               {{"A", "uV", "5", "5", "-10", "10", "4"}, "physical minimum equals physical maximum"},
               {{"A", "uV", "-1e308", "1e308", "-10", "10", "4"}, "would not be finite"},
               {{"A", "uV", "-1e37", "1e37", "0", "1", "4"}, "would not be finite"},
               {{"A", "uV", "-1", "1", "-10", "10", "0"}, "samples per record is 0"}};
  for (const auto& c : cases) {
    TestFile file;
    file.signals.push_back(c.signal);
    file.data.resize(256);
    file.records = "-1";
    const auto reader = open_bytes(file);
    const SignalHeader& signal = reader->header().signals[1];
    EXPECT_FALSE(signal.usable);
    EXPECT_NE(signal.problem.find(c.problem), std::string::npos) << signal.problem;
    EXPECT_NE(reader->warnings().at(0).find("Signal 1 (A) can't be used"), std::string::npos);
    EXPECT_TRUE(std::isfinite(signal.physical_min) && std::isfinite(signal.physical_max) &&
                std::isfinite(signal.rate_hz));
    double value;
    expect_error("INVALID_ARGUMENT", "no physical values", [&] { reader->read_physical(1, 0, 0, &value); });
    EXPECT_TRUE(reader->header().signals[0].usable);
    reader->read_physical(0, 0, 1, &value);
  }
}

}  // namespace
}  // namespace brrr::edf::testing
