#include "device/utilisation.h"

#include <gtest/gtest.h>

#include "../../double/double_library.h"
#include "common/error.h"

namespace brrr::cuda {
namespace {

using testing::DoubleLibrary;

std::string error_from(const std::string& bus, const std::string& library) {
  try {
    read_utilisation(bus, library);
  } catch (const Error& e) {
    return std::string(e.code()) + " " + e.what();
  }
  return "no error";
}

TEST(Utilisation, IsReadInBytesDegreesAndWatts) {
  DoubleLibrary nvml("libnvidia-ml.so.1", "");
  const Utilisation now = read_utilisation("0000:01:00.0", nvml.path());
  EXPECT_EQ(now.driver, "575.57.08");
  EXPECT_EQ(now.busy, 0.5);
  EXPECT_EQ(now.memory_used, 6000u);
  EXPECT_EQ(now.memory_total, 8000u);
  EXPECT_EQ(now.temperature_c, 61.0);
  EXPECT_EQ(now.power_w, 250.5);
}

TEST(Utilisation, WhatADeviceDoesNotTellStaysEmpty) {
  DoubleLibrary nvml("libnvidia-ml.so.1", "fail=nvmlDeviceGetPowerUsage:3");
  const Utilisation now = read_utilisation("0000:01:00.0", nvml.path());
  EXPECT_FALSE(now.power_w);
  EXPECT_EQ(now.temperature_c, 61.0);
}

TEST(Utilisation, NothingIsReadBetweenTwoReads) {
  DoubleLibrary nvml("libnvidia-ml.so.1", "");
  read_utilisation("0000:01:00.0", nvml.path());
  nvml.configure("");
  EXPECT_EQ(nvml.calls(), "");
  read_utilisation("0000:01:00.0", nvml.path());
  EXPECT_EQ(nvml.calls(),
            "nvmlDeviceGetHandleByPciBusId_v2 nvmlSystemGetDriverVersion nvmlDeviceGetUtilizationRates "
            "nvmlDeviceGetMemoryInfo nvmlDeviceGetTemperature nvmlDeviceGetPowerUsage");
}

TEST(Utilisation, AMissingLibraryOrDeviceIsSaid) {
  EXPECT_EQ(
      error_from("0000:01:00.0", "/nowhere/libnvidia-ml.so.1"),
      "DEVICE_UNAVAILABLE The utilisation of the GPU cannot be read: /nowhere/libnvidia-ml.so.1: cannot open shared "
      "object file: No such file or directory.");
  DoubleLibrary nvml("libnvidia-ml.so.1", "");
  EXPECT_EQ(error_from("0000:99:00.0", nvml.path()),
            "DEVICE_UNAVAILABLE The utilisation of the GPU cannot be read: Not Found.");
  DoubleLibrary other("libcudart.so.12", "");
  EXPECT_EQ(error_from("0000:01:00.0", other.path()),
            "DEVICE_UNAVAILABLE The utilisation of the GPU cannot be read: " + other.path() + " is no NVML.");
}

}  // namespace
}  // namespace brrr::cuda
