#include "napi/job_class.h"

#include "napi/promise.h"

namespace brrr::addon {

Napi::Function JobClass::define(Napi::Env env) {
  return DefineClass(env, "Job",
                     {InstanceMethod<&JobClass::cancel>("cancel"), InstanceAccessor<&JobClass::progress>("progress")});
}

std::shared_ptr<Job> job_from(const Napi::Value& value) {
  Napi::Env env = value.Env();
  if (!value.IsObject() || !value.As<Napi::Object>().InstanceOf(Environment::of(env).job_class.Value()))
    throw coded_error(env, "INVALID_ARGUMENT", "Expected a native Job.");
  return JobClass::Unwrap(value.As<Napi::Object>())->job();
}

}  // namespace brrr::addon
