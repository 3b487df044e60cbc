#include "device/devices.h"

#include <gtest/gtest.h>

#include "../../double/double_library.h"
#include "common/error.h"
#include "device/cuda_error.h"

namespace brrr::cuda {
namespace {

using testing::DoubleLibrary;

/// "CODE message" of what the call throws.
template <class Call>
std::string error_from(Call call) {
  try {
    call();
  } catch (const Error& e) {
    return std::string(e.code()) + " " + e.what();
  }
  return "no error";
}

TEST(Devices, AreListedWithTheirPropertiesAndMemory) {
  DoubleLibrary cudart("libcudart.so.12", "devices=2");
  const Api& cuda = api(cudart.path());
  EXPECT_EQ(cuda.source, cudart.path());
  EXPECT_EQ(version_text(cuda.version), "12.9");
  EXPECT_EQ(driver_version(cuda), 12090);
  const std::vector<Device> devices = list_devices(cuda);
  ASSERT_EQ(devices.size(), 2u);
  EXPECT_EQ(devices[1].index, 1);
  EXPECT_EQ(devices[1].name, "Double GPU 1");
  EXPECT_EQ(devices[1].sm_major * 10 + devices[1].sm_minor, 90);
  EXPECT_EQ(devices[1].multiprocessors, 132);
  EXPECT_EQ(devices[1].pci_bus_id, "0000:02:00.0");
  EXPECT_EQ(devices[1].memory.total, size_t{8} << 30);
  EXPECT_EQ(devices[1].memory.free, size_t{4} << 30);
}

TEST(Devices, ARuntimeIsOpenedOnceForEachPath) {
  DoubleLibrary cudart("libcudart.so.12", "");
  EXPECT_EQ(&api(cudart.path()), &api(cudart.path()));
}

TEST(Devices, EveryReasonForNoDeviceIsSaidWithWhatToDo) {
  unsetenv("CUDA_VISIBLE_DEVICES");
  const struct {
    const char* configuration;
    const char* error;
  } cases[] = {
      {"driver=0",
       "DEVICE_UNAVAILABLE No NVIDIA driver was found (CUDA error 35, text of the double). Install NVIDIA driver 525 "
       "or "
       "newer, or use device \"cpu\"."},
      {"driver=11040",
       "DRIVER_TOO_OLD The NVIDIA driver is too old: it knows CUDA 11.4, the CUDA runtime is 12.9 (CUDA error 35, text "
       "of "
       "the double). Install NVIDIA driver 525 or newer."},
      {"devices=0",
       "DEVICE_UNAVAILABLE The NVIDIA driver reports no device (CUDA error 100, text of the double). In a container, "
       "start "
       "it with its GPUs (--gpus all); or use device \"cpu\"."},
      {"fail=cudaGetDeviceCount:802",
       "DEVICE_UNAVAILABLE The GPU system is not ready (CUDA error 802, text of the double). On an NVSwitch machine, "
       "start "
       "nvidia-fabricmanager."},
      {"fail=cudaGetDeviceCount:803",
       "DRIVER_TOO_OLD The driver's kernel module and its libraries have different versions (CUDA error 803, text of "
       "the "
       "double). Reload the module or restart the machine."},
      {"fail=cudaGetDeviceCount:804",
       "DRIVER_TOO_OLD The CUDA compatibility libraries do not support this GPU (CUDA error 804, text of the double). "
       "Install NVIDIA driver 525 or newer."},
      {"fail=cudaGetDeviceCount:3",
       "DEVICE_UNAVAILABLE CUDA could not be initialised (CUDA error 3, text of the double). A process that was forked "
       "after its parent used CUDA cannot use it."},
      {"fail=cudaGetDeviceCount:999",
       "DEVICE_UNAVAILABLE The NVIDIA driver is in a bad state (CUDA error 999, text of the double). Reload the "
       "nvidia_uvm "
       "module or restart the machine."},
  };
  for (const auto& [configuration, error] : cases) {
    DoubleLibrary cudart("libcudart.so.12", configuration);
    EXPECT_EQ(error_from([&] { list_devices(api(cudart.path())); }), error);
    EXPECT_EQ(error_from([&] { use_device(api(cudart.path()), 0); }), error);
  }
}

TEST(Devices, HiddenDevicesAreNamedInTheError) {
  setenv("CUDA_VISIBLE_DEVICES", "7", 1);
  DoubleLibrary cudart("libcudart.so.12", "devices=0");
  EXPECT_NE(error_from([&] { device_count(api(cudart.path())); }).find(" CUDA_VISIBLE_DEVICES is \"7\"."),
            std::string::npos);
  unsetenv("CUDA_VISIBLE_DEVICES");
}

TEST(Devices, UsingOneThatIsNotThereNamesThoseThatAre) {
  DoubleLibrary one("libcudart.so.12", "devices=1"), four("libcudart.so.12", "devices=4");
  EXPECT_EQ(error_from([&] { use_device(api(one.path()), 1); }),
            "DEVICE_UNAVAILABLE There is no device cuda:1: this machine has only cuda:0.");
  EXPECT_EQ(error_from([&] { use_device(api(four.path()), -1); }),
            "DEVICE_UNAVAILABLE There is no device cuda:-1: this machine has cuda:0 to cuda:3.");
  EXPECT_EQ(error_from([&] { use_device(api(four.path()), 3); }), "no error");
}

TEST(Devices, AnExclusiveDeviceIsFoundOutWhenItIsPutInUse) {
  DoubleLibrary cudart("libcudart.so.12", "fail=cudaFree:46");
  EXPECT_EQ(
      error_from([&] { use_device(api(cudart.path()), 0); }),
      "DEVICE_UNAVAILABLE The GPU is in use exclusively by another process, or its compute mode forbids this (CUDA "
      "error 46, text of the double).");
}

TEST(Devices, OutOfMemoryAndOtherErrorsHaveTheirCodes) {
  DoubleLibrary cudart("libcudart.so.12", "");
  const Api& cuda = api(cudart.path());
  EXPECT_EQ(
      error_from([&] { check(cuda, 2, "reserve 12 bytes"); }),
      "OUT_OF_DEVICE_MEMORY The GPU has not enough free memory: CUDA could not reserve 12 bytes (CUDA error 2, text "
      "of the double).");
  EXPECT_EQ(error_from([&] { check(cuda, 700, "run the batch"); }),
            "RUN_FAILED CUDA could not run the batch (CUDA error 700, text of the double).");
  EXPECT_EQ(error_from([&] { check(cuda, 0, "run the batch"); }), "no error");
}

TEST(Runtime, AMissingOrForeignLibraryIsNamed) {
  EXPECT_EQ(
      error_from([] { api("/nowhere/libcudart.so.12"); }),
      "ENGINE_UNAVAILABLE The CUDA runtime could not be loaded: /nowhere/libcudart.so.12: cannot open shared object "
      "file: No such file or directory.");
  DoubleLibrary nvml("libnvidia-ml.so.1", "");
  const std::string error = error_from([&] { api(nvml.path()); });
  EXPECT_EQ(
      error.find("ENGINE_UNAVAILABLE " + nvml.path() +
                 " is no CUDA runtime of version 12 or 13: it lacks cudaDriverGetVersion, cudaRuntimeGetVersion, "),
      0u)
      << error;
}

TEST(Runtime, WithoutOneLinkedInTheSystemsIsLookedUp) {
  unsetenv("BRRR_CUDART");
  if (linked_functions()) {
    EXPECT_EQ(api().source, "linked in");
    EXPECT_GE(api().version, 12000);
    return;
  }
  const std::string error = error_from([] { api(); });
  if (error == "no error") return;
  EXPECT_EQ(
      error,
      "ENGINE_UNAVAILABLE No CUDA runtime: this build has none linked in, and libcudart.so.12, libcudart.so.13 and "
      "libcudart.so are not in the library path. Name one in BRRR_CUDART, or use device \"cpu\".");
}

TEST(Runtime, BrrrCudartNamesAnother) {
  DoubleLibrary cudart("libcudart.so.12", "devices=3");
  setenv("BRRR_CUDART", cudart.path().c_str(), 1);
  EXPECT_EQ(list_devices(api()).size(), 3u);
  unsetenv("BRRR_CUDART");
}

TEST(Runtime, TheRealOneAnswersWithOrWithoutADriver) {
  unsetenv("BRRR_CUDART");
  if (!linked_functions()) GTEST_SKIP() << "no CUDA runtime is linked into this build (npm run sdk fetches it)";
  const Api& cuda = api();
  if (driver_version(cuda) == 0)
    EXPECT_EQ(error_from([&] { list_devices(cuda); }),
              std::string("DEVICE_UNAVAILABLE No NVIDIA driver was found (CUDA error 35, CUDA driver version is "
                          "insufficient for CUDA runtime version). Install NVIDIA driver ") +
                  (cuda.version >= 13000 ? "580" : "525") + " or newer, or use device \"cpu\".");
  else
    EXPECT_GT(list_devices(cuda).size(), 0u);
}

}  // namespace
}  // namespace brrr::cuda
