// Sleep staging: features, classifiers.
#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "napi/bindings.h"
#include "napi/promise.h"
#include "napi/sources.h"
#include "sleep/features.h"
#include "sleep/tree_model.h"

namespace brrr::addon {
namespace {

sleep::ChannelRole role_from(const Napi::Value& value) {
  std::string role = value.ToString();
  if (role == "eeg") return sleep::ChannelRole::kEeg;
  if (role == "eog") return sleep::ChannelRole::kEog;
  if (role == "emg") return sleep::ChannelRole::kEmg;
  throw Error("INVALID_ARGUMENT", "Unknown channel role \"" + role + "\": expected eeg, eog or emg.");
}

/// Requests with the sources and tables that they point to.
struct FeatureWork {
  std::vector<std::shared_ptr<const SampleSource>> sources;
  std::vector<sleep::FeatureRequest> requests;
  std::vector<std::vector<double>> tables;
};

std::shared_ptr<FeatureWork> feature_work(const Napi::Array& requests, int rows, Keep& keep) {
  auto work = std::make_shared<FeatureWork>();
  for (uint32_t i = 0; i < requests.Length(); i++) {
    Napi::Object item = Napi::Value(requests[i]).As<Napi::Object>();
    sleep::FeatureRequest request{role_from(item.Get("role")), {}, nullptr};
    Napi::Array stretches = item.Get("stretches").As<Napi::Array>();
    for (uint32_t k = 0; k < stretches.Length(); k++) {
      Napi::Object stretch = Napi::Value(stretches[k]).As<Napi::Object>();
      work->sources.push_back(source_from(stretch.Get("source"), keep));
      request.stretches.push_back({work->sources.back().get(), stretch.Get("firstEpochS").ToNumber().DoubleValue(),
                                   stretch.Get("epochs").ToNumber().Int32Value(),
                                   stretch.Get("firstRow").ToNumber().Int32Value()});
    }
    work->tables.emplace_back(sleep::feature_names(request.role).size() * static_cast<size_t>(rows));
    work->requests.push_back(std::move(request));
  }
  for (size_t i = 0; i < work->requests.size(); i++) work->requests[i].table = work->tables[i].data();
  return work;
}

Napi::Value sleep_features(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    Keep keep;
    int rows = info[1].ToNumber().Int32Value();
    auto work = feature_work(info[0].As<Napi::Array>(), rows, keep);
    return run_async(
        info.Env(), info[2], std::move(keep),
        [work, rows](Job& job) {
          sleep::extract_features(work->requests, rows, job);
          return std::move(work->tables);
        },
        [](Napi::Env env, std::vector<std::vector<double>>& tables) -> Napi::Value {
          Napi::Array result = Napi::Array::New(env, tables.size());
          for (size_t i = 0; i < tables.size(); i++)
            result.Set(static_cast<uint32_t>(i), to_array(env, std::move(tables[i])));
          return result;
        });
  });
}

Napi::Value feature_names(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    const auto& names = sleep::feature_names(role_from(info[0]));
    Napi::Array result = Napi::Array::New(info.Env(), names.size());
    for (size_t i = 0; i < names.size(); i++) result.Set(static_cast<uint32_t>(i), names[i]);
    return result;
  });
}

class ModelClass : public Napi::ObjectWrap<ModelClass> {
 public:
  static Napi::Function define(Napi::Env env) { return DefineClass(env, "TreeModel", {}); }

  explicit ModelClass(const Napi::CallbackInfo& info) : ObjectWrap(info) {
    guarded(info, [&] {
      auto bytes = info[0].As<Napi::Uint8Array>();
      model_ = sleep::TreeModel::parse(bytes.Data(), bytes.ByteLength());
      return info.Env().Undefined();
    });
    Napi::Array names = Napi::Array::New(info.Env());
    for (const std::string& name : model_->feature_names()) names.Set(names.Length(), name);
    info.This().As<Napi::Object>().Set("featureNames", names);
  }

  static std::shared_ptr<const sleep::TreeModel> model_of(const Napi::Value& value) {
    Napi::Env env = value.Env();
    if (!value.IsObject() || !value.As<Napi::Object>().InstanceOf(Environment::of(env).model_class.Value()))
      throw coded_error(env, "INVALID_ARGUMENT", "Expected a TreeModel.");
    return Unwrap(value.As<Napi::Object>())->model_;
  }

 private:
  std::shared_ptr<const sleep::TreeModel> model_;
};

struct Prediction {
  std::vector<float> features;
  std::vector<double> raw, probabilities;
};

const double* table_from(const Napi::Value& value, sleep::ChannelRole role, int rows, Keep& keep) {
  if (value.IsNull() || value.IsUndefined()) return nullptr;
  auto table = value.As<Napi::Float64Array>();
  if (table.ElementLength() != sleep::feature_names(role).size() * static_cast<size_t>(rows))
    throw Error("INVALID_ARGUMENT", "A feature table does not have the night's number of rows.");
  keep.add(table);
  return table.Data();
}

Napi::Value sleep_predict(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    auto model = ModelClass::model_of(info[0]);
    Napi::Object night = info[1].As<Napi::Object>();
    Keep keep;
    sleep::NightTables tables;
    tables.rows = night.Get("rows").ToNumber().Int32Value();
    tables.eeg = table_from(night.Get("eeg"), sleep::ChannelRole::kEeg, tables.rows, keep);
    tables.eog = table_from(night.Get("eog"), sleep::ChannelRole::kEog, tables.rows, keep);
    tables.emg = table_from(night.Get("emg"), sleep::ChannelRole::kEmg, tables.rows, keep);
    tables.has_demographics = night.Get("age").IsNumber();
    if (tables.has_demographics) {
      tables.age = night.Get("age").ToNumber().DoubleValue();
      tables.male = night.Get("male").ToNumber().Int32Value();
    }
    return run_async(
        info.Env(), info[2], std::move(keep),
        [model, tables](Job& job) {
          size_t rows = static_cast<size_t>(tables.rows);
          Prediction p;
          p.features.resize(model->feature_names().size() * rows);
          p.raw.resize(rows * 5);
          p.probabilities.resize(rows * 5);
          sleep::normalise(tables, model->feature_names(), p.features.data(), job);
          model->predict(p.features.data(), tables.rows, p.raw.data(), job);
          sleep::softmax5(p.raw.data(), tables.rows, p.probabilities.data());
          return p;
        },
        [](Napi::Env env, Prediction& p) -> Napi::Value {
          Napi::Object o = Napi::Object::New(env);
          o.Set("features", to_array(env, std::move(p.features)));
          o.Set("raw", to_array(env, std::move(p.raw)));
          o.Set("probabilities", to_array(env, std::move(p.probabilities)));
          return o;
        });
  });
}

}  // namespace

void define_sleep(Napi::Env env, Napi::Object exports) {
  Napi::Function model = ModelClass::define(env);
  Environment::of(env).model_class = Napi::Persistent(model);
  exports.Set("TreeModel", model);
  exports.Set("sleepFeatures", Napi::Function::New<sleep_features>(env, "sleepFeatures"));
  exports.Set("sleepFeatureNames", Napi::Function::New<feature_names>(env, "sleepFeatureNames"));
  exports.Set("sleepPredict", Napi::Function::New<sleep_predict>(env, "sleepPredict"));
}

}  // namespace brrr::addon
