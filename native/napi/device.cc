// What this machine has for inference on a GPU. A reason for having nothing is a value here ({code, message}), not a
// rejection.
#include <optional>

#include "common/error.h"
#include "device/devices.h"
#include "device/utilisation.h"
#include "napi/bindings.h"
#include "napi/promise.h"
#include "tensorrt/shim.h"

namespace brrr::addon {
namespace {

struct Problem {
  std::string code, message;
};

std::optional<Problem> problem_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& e) {
    return Problem{e.code(), e.what()};
  }
  return std::nullopt;
}

Napi::Value problem_to_js(Napi::Env env, const std::optional<Problem>& problem) {
  if (!problem) return env.Null();
  Napi::Object o = Napi::Object::New(env);
  o.Set("code", problem->code);
  o.Set("message", problem->message);
  return o;
}

std::string text(const Napi::Value& options, const char* key) { return options.As<Napi::Object>().Get(key).ToString(); }

struct DeviceList {
  std::string source;
  int runtime = 0, driver = 0;
  std::vector<cuda::Device> devices;
  std::optional<Problem> problem;
};

Napi::Object describe(Napi::Env env, const cuda::Device& device) {
  Napi::Object o = Napi::Object::New(env);
  o.Set("index", device.index);
  o.Set("name", device.name);
  o.Set("sm", std::to_string(device.sm_major) + "." + std::to_string(device.sm_minor));
  o.Set("multiprocessors", device.multiprocessors);
  o.Set("integrated", device.integrated);
  o.Set("pciBusId", device.pci_bus_id);
  o.Set("memoryFreeBytes", static_cast<double>(device.memory.free));
  o.Set("memoryTotalBytes", static_cast<double>(device.memory.total));
  return o;
}

Napi::Value devices_to_js(Napi::Env env, DeviceList& list) {
  const auto version = [env](int number) -> Napi::Value {
    return number ? Napi::String::New(env, cuda::version_text(number)) : env.Null();
  };
  Napi::Object o = Napi::Object::New(env);
  o.Set("cudaRuntime", version(list.runtime));
  o.Set("cudaRuntimeSource", list.source);
  o.Set("cudaDriver", version(list.driver));
  Napi::Array devices = Napi::Array::New(env, list.devices.size());
  for (size_t i = 0; i < list.devices.size(); i++)
    devices.Set(static_cast<uint32_t>(i), describe(env, list.devices[i]));
  o.Set("devices", devices);
  o.Set("problem", problem_to_js(env, list.problem));
  return o;
}

Napi::Value list_devices(const Napi::CallbackInfo& info) {
  return run_async(
      info.Env(), info[1], Keep(),
      [cudart = text(info[0], "cudaRuntime")](Job&) {
        DeviceList list;
        list.problem = problem_of([&] {
          const cuda::Api& cuda = cuda::api(cudart);
          list.source = cuda.source;
          list.runtime = cuda.version;
          list.driver = cuda::driver_version(cuda);
          list.devices = cuda::list_devices(cuda);
        });
        return list;
      },
      devices_to_js);
}

Napi::Value utilisation(const Napi::CallbackInfo& info) {
  return run_async(
      info.Env(), info[1], Keep(),
      [bus = text(info[0], "pciBusId"), library = text(info[0], "nvml")](Job&) {
        return cuda::read_utilisation(bus, library);
      },
      [](Napi::Env env, cuda::Utilisation& now) -> Napi::Value {
        Napi::Object o = Napi::Object::New(env);
        const auto set = [&](const char* key, auto value) {
          o.Set(key, value ? Napi::Number::New(env, static_cast<double>(*value)) : env.Null());
        };
        o.Set("driver", now.driver);
        set("busy", now.busy);
        set("memoryUsedBytes", now.memory_used);
        set("memoryTotalBytes", now.memory_total);
        set("temperatureC", now.temperature_c);
        set("powerW", now.power_w);
        return o;
      });
}

struct TensorRtStatus {
  tensorrt::Search search;
  std::optional<Problem> problem;
};

Napi::Object describe(Napi::Env env, const tensorrt::Library& library) {
  Napi::Object o = Napi::Object::New(env);
  const auto set = [&](const char* key, const std::string& value) {
    o.Set(key, value.empty() ? env.Null() : Napi::String::New(env, value));
  };
  set("version", library.version.text());
  set("path", library.path);
  set("parser", library.parser_path);
  set("parserProblem", library.parser_problem);
  set("plugins", library.plugin_path);
  set("pluginsProblem", library.plugin_problem);
  return o;
}

Napi::Value tensorrt_to_js(Napi::Env env, TensorRtStatus& status) {
  Napi::Object o = Napi::Object::New(env);
  Napi::Array builds = Napi::Array::New(env);
  for (int major : tensorrt::majors()) {
    Napi::Object build = Napi::Object::New(env);
    const tensorrt::Shim* shim = tensorrt::shim_of(major);
    build.Set("major", major);
    build.Set("headers", shim ? Napi::String::New(env, shim->headers.text()) : env.Null());
    builds.Set(builds.Length(), build);
  }
  o.Set("builtFor", builds);
  Napi::Array searched = Napi::Array::New(env);
  for (const std::string& place : status.search.searched) searched.Set(searched.Length(), place);
  o.Set("searched", searched);
  o.Set("found", status.search.found);
  o.Set("library", status.search.library ? Napi::Value(describe(env, *status.search.library)) : env.Null());
  o.Set("problem", problem_to_js(env, status.problem));
  return o;
}

Napi::Value tensorrt_status(const Napi::CallbackInfo& info) {
  const Napi::Value device = info[0].As<Napi::Object>().Get("device");
  const int start_on = device.IsNumber() ? device.As<Napi::Number>().Int32Value() : -1;
  return run_async(
      info.Env(), info[1], Keep(),
      [path = text(info[0], "path"), cudart = text(info[0], "cudaRuntime"), start_on](Job&) {
        TensorRtStatus status;
        status.search = tensorrt::find_library(path);
        const tensorrt::Library* library = status.search.library;
        if (!library)
          status.problem = Problem{"ENGINE_UNAVAILABLE", status.search.problem};
        else if (start_on >= 0)
          status.problem = problem_of([&] { tensorrt::open_runtime(*library, cuda::api(cudart), start_on); });
        return status;
      },
      tensorrt_to_js);
}

}  // namespace

void define_device(Napi::Env env, Napi::Object exports) {
  exports.Set("listDevices", Napi::Function::New<list_devices>(env, "listDevices"));
  exports.Set("deviceUtilisation", Napi::Function::New<utilisation>(env, "deviceUtilisation"));
  exports.Set("tensorrtStatus", Napi::Function::New<tensorrt_status>(env, "tensorrtStatus"));
}

}  // namespace brrr::addon
