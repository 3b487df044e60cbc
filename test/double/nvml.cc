// NVML without a GPU: one device at 0000:01:00.0, half busy. Built as libnvidia-ml.so.1. `fail=` of control.h works
// here too.
#include <cstdio>
#include <cstring>

#include "control.h"

struct nvmlDevice_st {};
struct Rates {
  unsigned gpu, memory;
};
struct Memory {
  unsigned long long total, free, used;
};

#define ENTER() \
  if (int status = brrr_double::enter(__func__)) return status

extern "C" {

int nvmlInit_v2() {
  ENTER();
  return 0;
}
const char* nvmlErrorString(int error) { return error == 6 ? "Not Found" : "Not Supported"; }
int nvmlSystemGetDriverVersion(char* text, unsigned length) {
  ENTER();
  std::snprintf(text, length, "575.57.08");
  return 0;
}
int nvmlDeviceGetHandleByPciBusId_v2(const char* bus, nvmlDevice_st** device) {
  ENTER();
  static nvmlDevice_st only;
  if (std::strcmp(bus, "0000:01:00.0") != 0) return 6;
  *device = &only;
  return 0;
}
int nvmlDeviceGetUtilizationRates(nvmlDevice_st*, Rates* rates) {
  ENTER();
  *rates = {50, 25};
  return 0;
}
int nvmlDeviceGetMemoryInfo(nvmlDevice_st*, Memory* memory) {
  ENTER();
  *memory = {8000, 2000, 6000};
  return 0;
}
int nvmlDeviceGetTemperature(nvmlDevice_st*, int, unsigned* celsius) {
  ENTER();
  *celsius = 61;
  return 0;
}
int nvmlDeviceGetPowerUsage(nvmlDevice_st*, unsigned* milliwatts) {
  ENTER();
  *milliwatts = 250500;
  return 0;
}

}  // extern "C"
