#include "sleep/tree_model.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "common/error.h"
#include "common/parallel.h"
#include "sleep/trees.h"

namespace brrr::sleep {
namespace {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the compact form is read by memcpy");

constexpr char kMagic[8] = {'B', 'R', 'R', 'R', 'T', 'R', 'E', 'E'};
constexpr uint32_t kVersion = 1;
constexpr uint32_t kMaxFeatures = 256;
constexpr uint32_t kMaxTrees = 1 << 20;

[[noreturn]] void refuse(const std::string& what) {
  throw Error("MODEL_INVALID", "The tree model is not usable: " + what + ". Import or install it again.");
}

// The fixed part, as it lies in the file.
struct Header {
  char magic[8];
  uint32_t version;
  uint32_t json_bytes;
  uint32_t name_bytes;
  uint32_t features;
  uint32_t trees;
  uint32_t splits;
};
static_assert(sizeof(Header) == 32, "no padding");

class Reader {
 public:
  Reader(const uint8_t* bytes, size_t size) : next_(bytes), left_(size) {}

  const uint8_t* take(size_t size) {
    if (size > left_) refuse("the file ends early");
    const uint8_t* here = next_;
    next_ += size;
    left_ -= size;
    return here;
  }
  template <class T>
  std::vector<T> take_array(size_t count) {
    const uint8_t* here = take(count * sizeof(T));
    std::vector<T> values(count);
    if (count > 0) std::memcpy(values.data(), here, count * sizeof(T));
    return values;
  }
  size_t left() const { return left_; }

 private:
  const uint8_t* next_;
  size_t left_;
};

std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t start = 0; start < text.size();) {
    size_t end = std::min(text.find('\n', start), text.size());
    lines.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return lines;
}

class CompactForest : public TreeModel {
 public:
  CompactForest(const uint8_t* bytes, size_t size) {
    Reader reader(bytes, size);
    Header header;
    std::memcpy(&header, reader.take(sizeof header), sizeof header);
    check(header);
    reader.take(header.json_bytes);
    const char* names = reinterpret_cast<const char*>(reader.take(header.name_bytes));
    names_ = split_lines(std::string(names, header.name_bytes));
    if (names_.size() != header.features) refuse("its feature names do not match their number");

    leaf_value_ = reader.take_array<double>(size_t{header.splits} + header.trees);
    threshold_ = reader.take_array<float>(header.splits);
    std::vector<uint8_t> left_leaves = reader.take_array<uint8_t>(header.splits);
    feature_ = reader.take_array<uint8_t>(header.splits);
    std::vector<uint8_t> leaves = reader.take_array<uint8_t>(header.trees);
    if (reader.left() != 0) refuse("bytes follow its end");

    check_values();
    build_trees(leaves, left_leaves);
  }

  const std::vector<std::string>& feature_names() const override { return names_; }

  void predict(const float* features, int epochs, double* raw, Job& job) const override {
    Forest forest{static_cast<int>(first_split_.size()) - 1,
                  first_split_.data(),
                  first_leaf_.data(),
                  feature_.data(),
                  threshold_.data(),
                  mask_.data(),
                  leaf_value_.data()};
    ScoreBlock* score = BRRR_DISPATCH(score_block);
    parallel_for((epochs + kEpochBlock - 1) / kEpochBlock, [&](int block, int) {
      job.check();
      int start = block * kEpochBlock;
      int count = std::min(kEpochBlock, epochs - start);
      std::vector<FeatureRow> rows(names_.size());
      for (size_t f = 0; f < rows.size(); f++) {
        const float* from = features + f * epochs + start;
        for (int e = 0; e < count; e++) rows[f].epoch[e] = std::isnan(from[e]) ? 0 : from[e];
      }
      double sums[kStageClasses][kEpochBlock];
      score(forest, rows.data(), sums);
      for (int e = 0; e < count; e++)
        for (int c = 0; c < kStageClasses; c++) raw[(start + size_t(e)) * kStageClasses + c] = sums[c][e];
    });
  }

 private:
  static void check(const Header& header) {
    if (std::memcmp(header.magic, kMagic, sizeof kMagic) != 0) refuse("it is not in the compact tree form");
    if (header.version != kVersion)
      refuse("version 1 of the compact form is expected, this is version " + std::to_string(header.version));
    if (header.features == 0 || header.features > kMaxFeatures)
      refuse("1 to 256 features are expected, it has " + std::to_string(header.features));
    if (header.trees == 0 || header.trees > kMaxTrees || header.trees % kStageClasses != 0)
      refuse("a multiple of 5 trees is expected, it has " + std::to_string(header.trees));
    if (header.splits > header.trees * (kMaxLeaves - 1u))
      refuse("its " + std::to_string(header.splits) + " splits are too many for its trees");
  }

  void check_values() const {
    for (double value : leaf_value_)
      if (!std::isfinite(value)) refuse("a leaf value is not finite");
    for (float threshold : threshold_)
      if (std::isnan(threshold)) refuse("a threshold is not a number");
    for (uint8_t feature : feature_)
      if (feature >= names_.size()) refuse("a split names feature " + std::to_string(feature) + ", which is not there");
  }

  // Pre-order and the number of leaves left of each split determine a tree: the split whose subtree holds the leaves
  // [first, first + count) has its left child next, over the first `left` of them.
  void build_trees(const std::vector<uint8_t>& leaves, const std::vector<uint8_t>& left_leaves) {
    mask_.resize(left_leaves.size());
    first_split_.push_back(0);
    first_leaf_.push_back(0);
    for (uint8_t count : leaves) {
      if (count < 1 || count > kMaxLeaves)
        refuse("a tree has " + std::to_string(count) + " leaves, 1 to 32 are expected");
      size_t first = first_split_.back();
      if (first + count - 1 > left_leaves.size()) refuse("its trees have more splits than the file");
      mask_tree(count, left_leaves.data() + first, mask_.data() + first);
      first_split_.push_back(static_cast<int32_t>(first + count - 1));
      first_leaf_.push_back(first_leaf_.back() + count);
    }
    if (first_split_.back() != static_cast<int32_t>(left_leaves.size()))
      refuse("its trees have fewer splits than the file");
  }

  static void mask_tree(int leaves, const uint8_t* left_leaves, uint32_t* mask) {
    struct Subtree {
      int first, count;
    };
    Subtree pending[kMaxLeaves];
    int depth = 0;
    pending[depth++] = {0, leaves};
    for (int split = 0; depth > 0;) {
      Subtree subtree = pending[--depth];
      if (subtree.count == 1) continue;
      int left = left_leaves[split];
      if (left < 1 || left >= subtree.count) refuse("a split leaves one side without a leaf");
      mask[split++] = ~(((1u << left) - 1) << subtree.first);
      pending[depth++] = {subtree.first + left, subtree.count - left};
      pending[depth++] = {subtree.first, left};
    }
  }

  std::vector<std::string> names_;
  std::vector<double> leaf_value_;
  std::vector<float> threshold_;
  std::vector<uint8_t> feature_;
  std::vector<uint32_t> mask_;
  std::vector<int32_t> first_split_, first_leaf_;
};

}  // namespace

std::shared_ptr<const TreeModel> TreeModel::parse(const uint8_t* bytes, size_t size) {
  return std::make_shared<CompactForest>(bytes, size);
}

}  // namespace brrr::sleep
