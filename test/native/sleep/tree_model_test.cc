#include "sleep/tree_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "common/error.h"
#include "common/parallel.h"
#include "common/tier.h"

namespace brrr::sleep {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

// A tree as one would draw it, for building files and for the slow walk that predictions are compared with.
struct Node {
  int feature = 0;
  float threshold = 0;
  double value = 0;
  std::unique_ptr<Node> left, right;
};

struct Forest {
  int features;
  std::vector<std::unique_ptr<Node>> trees;
};

std::unique_ptr<Node> random_tree(int leaves, int features, std::mt19937& random) {
  auto node = std::make_unique<Node>();
  if (leaves == 1) {
    node->value = std::normal_distribution<>()(random);
    return node;
  }
  int left = std::uniform_int_distribution<>(1, leaves - 1)(random);
  node->feature = std::uniform_int_distribution<>(0, features - 1)(random);
  node->threshold = std::uniform_int_distribution<>(-4, 4)(random) / 2.0f;
  node->left = random_tree(left, features, random);
  node->right = random_tree(leaves - left, features, random);
  return node;
}

Forest random_forest(int trees, int features, uint32_t seed) {
  std::mt19937 random(seed);
  Forest forest{features, {}};
  for (int i = 0; i < trees; i++)
    forest.trees.push_back(random_tree(i < 32 ? i + 1 : 1 + int(random() % 32), features, random));
  return forest;
}

struct Arrays {
  std::vector<double> leaf_value;
  std::vector<float> threshold;
  std::vector<uint8_t> left_leaves, feature, leaves;
};

int append_preorder(const Node& node, Arrays& arrays) {
  if (!node.left) {
    arrays.leaf_value.push_back(node.value);
    return 1;
  }
  size_t split = arrays.feature.size();
  arrays.feature.push_back(static_cast<uint8_t>(node.feature));
  arrays.threshold.push_back(node.threshold);
  arrays.left_leaves.push_back(0);
  int left = append_preorder(*node.left, arrays);
  arrays.left_leaves[split] = static_cast<uint8_t>(left);
  return left + append_preorder(*node.right, arrays);
}

template <class T>
void append(std::vector<uint8_t>& bytes, const std::vector<T>& values) {
  auto* from = reinterpret_cast<const uint8_t*>(values.data());
  bytes.insert(bytes.end(), from, from + values.size() * sizeof(T));
}

std::vector<uint8_t> encode(const Forest& forest) {
  Arrays arrays;
  for (const auto& tree : forest.trees) arrays.leaves.push_back(static_cast<uint8_t>(append_preorder(*tree, arrays)));
  std::string names;
  for (int f = 0; f < forest.features; f++) names += (f ? "\n" : "") + ("f" + std::to_string(f));
  std::string json = "{}";
  std::vector<uint8_t> bytes;
  append(bytes, std::vector<char>{'B', 'R', 'R', 'R', 'T', 'R', 'E', 'E'});
  append(bytes, std::vector<uint32_t>{1, uint32_t(json.size()), uint32_t(names.size()), uint32_t(forest.features),
                                      uint32_t(arrays.leaves.size()), uint32_t(arrays.feature.size())});
  append(bytes, std::vector<char>(json.begin(), json.end()));
  append(bytes, std::vector<char>(names.begin(), names.end()));
  append(bytes, arrays.leaf_value);
  append(bytes, arrays.threshold);
  append(bytes, arrays.left_leaves);
  append(bytes, arrays.feature);
  append(bytes, arrays.leaves);
  return bytes;
}

std::vector<double> walk(const Forest& forest, const std::vector<float>& features, int epochs) {
  std::vector<double> raw(size_t(epochs) * 5, 0.0);
  for (int e = 0; e < epochs; e++)
    for (size_t t = 0; t < forest.trees.size(); t++) {
      const Node* node = forest.trees[t].get();
      while (node->left) {
        float value = features[size_t(node->feature) * epochs + e];
        if (std::isnan(value)) value = 0;
        node = value <= node->threshold ? node->left.get() : node->right.get();
      }
      raw[size_t(e) * 5 + t % 5] += node->value;
    }
  return raw;
}

// Values on the thresholds, between them, missing and infinite.
std::vector<float> random_features(int features, int epochs, uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<float> values(size_t(features) * epochs);
  for (float& value : values) {
    int pick = std::uniform_int_distribution<>(-20, 20)(random);
    value = pick == 20 ? kNaN : pick == 19 ? kInfinity : pick == -20 ? -kInfinity : pick / 4.0f;
  }
  return values;
}

std::vector<double> predict(const std::vector<uint8_t>& bytes, const std::vector<float>& features, int epochs) {
  Job job;
  std::vector<double> raw(size_t(epochs) * 5, -1.0);
  TreeModel::parse(bytes.data(), bytes.size())->predict(features.data(), epochs, raw.data(), job);
  return raw;
}

std::string refusal(const std::vector<uint8_t>& bytes) {
  try {
    TreeModel::parse(bytes.data(), bytes.size());
  } catch (const Error& error) {
    EXPECT_STREQ(error.code(), "MODEL_INVALID");
    return error.what();
  }
  return "";
}

class TreeModelTest : public ::testing::Test {
 protected:
  ~TreeModelTest() override {
    force_tier(best_);
    set_worker_count(0);
  }
  const Tier best_ = active_tier();
};

TEST_F(TreeModelTest, EqualsAWalkFromRootToLeafInEveryTierAndForAnyNumberOfThreads) {
  Forest forest = random_forest(250, 7, 1);
  std::vector<uint8_t> bytes = encode(forest);
  for (int epochs : {1, 15, 64, 65, 200}) {
    std::vector<float> features = random_features(7, epochs, 2);
    std::vector<double> expected = walk(forest, features, epochs);
    for (Tier tier : {Tier::kBaseline, Tier::kAvx2, Tier::kAvx512}) {
      if (!tier_available(tier)) continue;
      force_tier(tier);
      for (int workers : {1, 3}) {
        set_worker_count(workers);
        EXPECT_EQ(predict(bytes, features, epochs), expected) << epochs << " epochs, " << tier_name(tier);
      }
    }
  }
}

TEST_F(TreeModelTest, CountsMissingValuesAsZero) {
  Forest forest = random_forest(100, 3, 3);
  std::vector<uint8_t> bytes = encode(forest);
  EXPECT_EQ(predict(bytes, {kNaN, 1, kNaN}, 1), predict(bytes, {0, 1, 0}, 1));
}

TEST_F(TreeModelTest, NamesItsFeaturesInModelOrder) {
  std::vector<uint8_t> bytes = encode(random_forest(5, 3, 4));
  EXPECT_EQ(TreeModel::parse(bytes.data(), bytes.size())->feature_names(),
            (std::vector<std::string>{"f0", "f1", "f2"}));
}

TEST_F(TreeModelTest, PredictsNothingForNoEpoch) {
  EXPECT_TRUE(predict(encode(random_forest(5, 2, 5)), {}, 0).empty());
}

TEST_F(TreeModelTest, StopsWhenItsJobIsCancelled) {
  std::vector<uint8_t> bytes = encode(random_forest(5, 2, 5));
  std::vector<float> features(2 * 10);
  std::vector<double> raw(5 * 10);
  Job job;
  job.cancel();
  EXPECT_THROW(TreeModel::parse(bytes.data(), bytes.size())->predict(features.data(), 10, raw.data(), job), Error);
}

TEST_F(TreeModelTest, SaysWhatIsWrongWithAFile) {
  const std::vector<uint8_t> good = encode(random_forest(10, 2, 6));
  auto patched = [&](size_t at, uint32_t value) {
    std::vector<uint8_t> bytes = good;
    std::memcpy(&bytes[at], &value, sizeof value);
    return refusal(bytes);
  };
  EXPECT_EQ(refusal(good), "");
  EXPECT_EQ(patched(0, 0),
            "The tree model is not usable: it is not in the compact tree form. Import or install it again.");
  EXPECT_NE(patched(8, 2).find("this is version 2"), std::string::npos);
  EXPECT_NE(patched(12, 0xffffffff).find("ends early"), std::string::npos);
  EXPECT_NE(patched(20, 257).find("it has 257"), std::string::npos);
  EXPECT_NE(patched(20, 3).find("feature names"), std::string::npos);
  EXPECT_NE(patched(24, 11).find("a multiple of 5 trees"), std::string::npos);
  EXPECT_NE(patched(28, 1000000).find("too many"), std::string::npos);
  EXPECT_NE(refusal({}).find("ends early"), std::string::npos);
}

TEST_F(TreeModelTest, RefusesAFileCutAnywhereOrTooLong) {
  std::vector<uint8_t> good = encode(random_forest(10, 2, 7));
  for (size_t size = 0; size < good.size(); size++)
    EXPECT_NE(refusal(std::vector<uint8_t>(good.begin(), good.begin() + size)), "") << size;
  good.push_back(0);
  EXPECT_NE(refusal(good).find("bytes follow its end"), std::string::npos);
}

TEST_F(TreeModelTest, RefusesOrSurvivesAnyChangedByte) {
  const std::vector<uint8_t> good = encode(random_forest(40, 6, 8));
  std::vector<float> features = random_features(6, 3, 9);
  std::mt19937 random(10);
  int refused = 0, accepted = 0;
  for (int i = 0; i < 20000; i++) {
    std::vector<uint8_t> bytes = good;
    // The arrays' bytes outnumber the header's: half of the changes go to the header.
    for (int changes = 1 + int(random() % 3); changes > 0; changes--)
      bytes[random() % (random() % 2 ? 32 : bytes.size())] = static_cast<uint8_t>(random());
    try {
      predict(bytes, features, 3);
      accepted++;
    } catch (const Error& error) {
      EXPECT_STREQ(error.code(), "MODEL_INVALID");
      refused++;
    }
  }
  EXPECT_GT(refused, 1000);
  EXPECT_GT(accepted, 1000);
}

TEST_F(TreeModelTest, RefusesATreeWhoseSplitHasAnEmptySide) {
  Forest stump{1, {}};
  for (int t = 0; t < 5; t++) {
    std::mt19937 random(t);
    stump.trees.push_back(random_tree(2, 1, random));
  }
  std::vector<uint8_t> bytes = encode(stump);
  size_t left_leaves = bytes.size() - 15;  // 5 trees: 5 left counts, 5 features, 5 leaf counts
  ASSERT_EQ(bytes[left_leaves], 1);
  for (uint8_t count : {0, 2, 255}) {
    bytes[left_leaves] = count;
    EXPECT_NE(refusal(bytes).find("one side without a leaf"), std::string::npos);
  }
}

}  // namespace
}  // namespace brrr::sleep
