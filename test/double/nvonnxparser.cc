// The ONNX parser that goes with nvinfer.cc: reads models of Identity and Add nodes and tells the network, by its name,
// what it found, in the lines of plan.h. Built as libnvonnxparser.so.10 and .11.
#include <NvOnnxParser.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "control.h"
#include "tables.h"

using namespace nvonnxparser;
using brrr_double::enter;

namespace {

/// Fields of one protobuf message: number, and payload or value.
struct Field {
  int number;
  const uint8_t* data;
  std::size_t size;
  uint64_t value;
  std::string text() const { return {reinterpret_cast<const char*>(data), size}; }
};

bool varint(const uint8_t*& at, const uint8_t* end, uint64_t& value) {
  value = 0;
  for (int shift = 0; at < end && shift < 64; shift += 7) {
    value |= static_cast<uint64_t>(*at & 0x7f) << shift;
    if (*at++ < 0x80) return true;
  }
  return false;
}

/// False where the bytes are no message of the wire types that ONNX uses.
bool fields(const uint8_t* at, std::size_t size, std::vector<Field>& out) {
  const uint8_t* end = at + size;
  for (uint64_t key = 0, value = 0; at < end;) {
    if (!varint(at, end, key)) return false;
    const int wire = key & 7;
    if (wire == 5) value = 4;
    if (wire == 1) value = 8;
    if (wire != 5 && wire != 1 && (wire > 2 || !varint(at, end, value))) return false;
    const std::size_t length = wire == 0 ? 0 : value;
    if (length > static_cast<std::size_t>(end - at)) return false;
    out.push_back({static_cast<int>(key >> 3), at, length, value});
    at += length;
  }
  return true;
}

std::vector<Field> fields(const Field& message) {
  std::vector<Field> out;
  fields(message.data, message.size, out);
  return out;
}

/// "x float32 -1,4" of a ValueInfoProto.
std::string describe(const Field& value) {
  std::string name, type, dims;
  for (const Field& field : fields(value)) {
    if (field.number == 1) name = field.text();
    if (field.number != 2) continue;
    for (const Field& tensor : fields(field))
      for (const Field& part : fields(tensor)) {
        if (part.number == 1) type = part.value == 1 ? "float32" : part.value == 10 ? "float16" : "other";
        if (part.number != 2) continue;
        for (const Field& axis : fields(part)) {
          std::string size = "-1";
          for (const Field& known : fields(axis))
            if (known.number == 1) size = std::to_string(known.value);
          dims += (dims.empty() ? "" : ",") + size;
        }
      }
  }
  return name + " " + type + " " + dims;
}

class Complaint final : public IParserError {
 public:
  Complaint(std::string text, std::string node, std::string type)
      : text_(std::move(text)), node_(std::move(node)), type_(std::move(type)) {}
  ErrorCode code() const override { return ErrorCode::kUNSUPPORTED_NODE; }
  char const* desc() const override { return text_.c_str(); }
  char const* file() const override { return ""; }
  int line() const override { return 0; }
  char const* func() const override { return ""; }
  int node() const override { return 0; }
  char const* nodeName() const override { return node_.c_str(); }
  char const* nodeOperator() const override { return type_.c_str(); }
  char const* const* localFunctionStack() const override { return nullptr; }
  int32_t localFunctionStackSize() const override { return 0; }

 private:
  const std::string text_, node_, type_;
};

class Parser final : public IParser {
 public:
  explicit Parser(nvinfer1::INetworkDefinition& network) : network_(network) {}
  ~Parser() noexcept override { enter("~IParser"); }

  bool parse(void const* bytes, size_t size, const char*) noexcept override {
    if (enter("parse")) return complain("the double was told to fail", "", "");
    const Field file{0, static_cast<const uint8_t*>(bytes), size, 0};
    std::vector<Field> model;
    if (!fields(file.data, file.size, model)) return complain("Failed to parse ONNX model", "", "");
    std::string text;
    for (const Field& graph : model)
      if (graph.number == 7)
        for (const Field& part : fields(graph)) {
          if (part.number == 1 && !add_node(part, text)) return false;
          if (part.number == 11) text += "input " + describe(part) + "\n";
          if (part.number == 12) text += "output " + describe(part) + "\n";
        }
    network_.setName(text.c_str());
    return true;
  }
  int getNbErrors() const noexcept override { return static_cast<int>(complaints_.size()); }
  IParserError const* getError(int index) const noexcept override { return &complaints_[index]; }
  void clearErrors() noexcept override { complaints_.clear(); }

#if NV_TENSORRT_MAJOR == 10
  UNUSED_VALUE(bool supportsModel(void const*, size_t, SubGraphCollection_t&, const char*))
  UNUSED_VALUE(bool parseWithWeightDescriptors(void const*, size_t))
#endif
  UNUSED_VALUE(bool parseFromFile(char const*, int))
  UNUSED_VALUE(bool supportsOperator(const char*) const)
  UNUSED_POINTER(char const* const* getUsedVCPluginLibraries(int64_t&) const)
  UNUSED(void setFlags(OnnxParserFlags))
  UNUSED_VALUE(OnnxParserFlags getFlags() const)
  UNUSED(void clearFlag(OnnxParserFlag))
  UNUSED(void setFlag(OnnxParserFlag))
  UNUSED_VALUE(bool getFlag(OnnxParserFlag) const)
  UNUSED_POINTER(nvinfer1::ITensor const* getLayerOutputTensor(char const*, int64_t))
  UNUSED_VALUE(bool supportsModelV2(void const*, size_t, char const*))
  UNUSED_VALUE(int64_t getNbSubgraphs())
  UNUSED_VALUE(bool isSubgraphSupported(int64_t const))
  UNUSED_POINTER(int64_t* getSubgraphNodes(int64_t const, int64_t&))
  UNUSED_VALUE(bool loadModelProto(void const*, size_t, char const*))
  UNUSED_VALUE(bool loadInitializer(char const*, void const*, size_t))
  UNUSED_VALUE(bool parseModelProto())
  UNUSED_VALUE(bool setBuilderConfig(const nvinfer1::IBuilderConfig* const))

 private:
  bool complain(std::string text, std::string node, std::string type) {
    complaints_.emplace_back(std::move(text), std::move(node), std::move(type));
    return false;
  }

  bool add_node(const Field& node, std::string& text) {
    std::string tensors, name, type;
    for (const Field& field : fields(node)) {
      if (field.number == 1 || field.number == 2) tensors += " " + field.text();
      if (field.number == 3) name = field.text();
      if (field.number == 4) type = field.text();
    }
    if (type != "Identity" && type != "Add") return complain("No importer registered for op: " + type, name, type);
    text += (type == "Add" ? "op add" : "op identity") + tensors + "\n";
    return true;
  }

  nvinfer1::INetworkDefinition& network_;
  std::vector<Complaint> complaints_;
};

}  // namespace

extern "C" {

void* createNvOnnxParser_INTERNAL(void* network, void*, int) noexcept {
  return enter("createNvOnnxParser") ? nullptr : new Parser(*static_cast<nvinfer1::INetworkDefinition*>(network));
}
int getNvOnnxParserVersion() noexcept { return NV_ONNX_PARSER_VERSION; }

}  // extern "C"
