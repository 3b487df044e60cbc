#include <napi.h>

#include "napi/bindings.h"
#include "napi/environment.h"
#include "napi/job_class.h"

using namespace brrr::addon;

static Napi::Object init(Napi::Env env, Napi::Object exports) {
  auto* environment = new Environment;
  env.SetInstanceData(environment);
  environment->tasks = TaskGroup::create(env);

  Napi::Function job = JobClass::define(env);
  environment->job_class = Napi::Persistent(job);
  exports.Set("Job", job);
  define_system(env, exports);
  define_recording(env, exports);
  define_sleep(env, exports);
  define_events(env, exports);
  define_quality(env, exports);
  define_artifacts(env, exports);
  define_autoreject(env, exports);
  define_ransac(env, exports);
  define_clean_recording(env, exports);
  define_signal(env, exports);
  define_synth(env, exports);
  define_engine(env, exports);
  define_plan_engine(env, exports);
  define_device(env, exports);
  define_build(env, exports);
  return exports;
}

NODE_API_MODULE(brrr, init)
