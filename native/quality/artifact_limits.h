// Every number that decides what an artifact is. Found on synthetic EEG, looked at on real one.
#pragma once

namespace brrr::quality {

/// Ratios are over the channel's own background, taken locally; shares are 0 to 1.
struct BlinkLimits {
  double ratio = 6.5;  ///< height over the background's standard deviation
  double height_uv = 25;
  double shortest_s = 0.1, longest_s = 0.5;  ///< at a fifth of the height
  double side_share = 0.35;                  ///< height over one eye, of that over the other, at least
  double front_share = 0.85;                 ///< height over the forehead behind the eyes, of that over them, at most
  double middle_share = 0.5;                 ///< over the middle of the head, at most
  double back_share = 0.35;                  ///< over the back of the head, at most
  double window_s = 0.1;                     ///< what is nearer is one blink
};

struct MuscleLimits {
  double low_hz = 45, high_hz = 95;  ///< the fast band; see fast_band()
  double ratio = 3;                  ///< RMS of the fast band over the background
  double edge_ratio = 2;             ///< how far a burst reaches
  double rms_uv = 3;                 ///< RMS at the height of a burst, at least
  double floor_uv = 0.3;             ///< least background
  double shortest_s = 0.15;
  double window_s = 0.25;  ///< over which the RMS is taken; what is nearer is one burst
};

struct PopLimits {
  double ratio = 4;  ///< step over the background of changes within 8 ms
  double step_uv = 25;
  double steep_share = 0.75;               ///< of the step, within 8 ms, at least
  double stay_share = 0.5;                 ///< of the step, mean of the 40 ms after it, at least
  double others_share = 0.4;               ///< change of any other channel at that time, of the step,
  double others_ratio = 2;                 ///< and over that channel's background, at most
  double shortest_s = 0.1, longest_s = 3;  ///< until a tenth of the step is left
  double fewest_channels = 3;
  double window_s = 0.1;  ///< what is nearer is one pop
};

struct MovementLimits {
  double ratio = 8;         ///< deflection, mean of 0.2 s, over the background's standard deviation
  double edge_ratio = 2.5;  ///< how far a movement reaches
  double height_uv = 60;    ///< median over the channels that take part, at least
  double channel_share = 0.6;
  double fewest_channels = 4;
  double window_s = 0.5;  ///< what is nearer is one movement
};

struct ArtifactLimits {
  double background_s = 60;  ///< length over which backgrounds are taken, moved by half
  BlinkLimits blink;
  MuscleLimits muscle;
  PopLimits pop;
  MovementLimits movement;
};

/// Calls visit(name, value) for each limit of (const or not) ArtifactLimits, by the names of the public options.
template <class Limits, class Visit>
void each_limit(Limits& limits, Visit visit) {
  visit("artifact_background_s", limits.background_s);
  auto& blink = limits.blink;
  visit("blink_ratio", blink.ratio);
  visit("blink_height_uv", blink.height_uv);
  visit("blink_shortest_s", blink.shortest_s);
  visit("blink_longest_s", blink.longest_s);
  visit("blink_side_share", blink.side_share);
  visit("blink_front_share", blink.front_share);
  visit("blink_middle_share", blink.middle_share);
  visit("blink_back_share", blink.back_share);
  visit("blink_window_s", blink.window_s);
  auto& muscle = limits.muscle;
  visit("muscle_low_hz", muscle.low_hz);
  visit("muscle_high_hz", muscle.high_hz);
  visit("muscle_ratio", muscle.ratio);
  visit("muscle_edge_ratio", muscle.edge_ratio);
  visit("muscle_rms_uv", muscle.rms_uv);
  visit("muscle_floor_uv", muscle.floor_uv);
  visit("muscle_shortest_s", muscle.shortest_s);
  visit("muscle_window_s", muscle.window_s);
  auto& pop = limits.pop;
  visit("pop_ratio", pop.ratio);
  visit("pop_step_uv", pop.step_uv);
  visit("pop_steep_share", pop.steep_share);
  visit("pop_stay_share", pop.stay_share);
  visit("pop_others_share", pop.others_share);
  visit("pop_others_ratio", pop.others_ratio);
  visit("pop_shortest_s", pop.shortest_s);
  visit("pop_longest_s", pop.longest_s);
  visit("pop_fewest_channels", pop.fewest_channels);
  visit("pop_window_s", pop.window_s);
  auto& movement = limits.movement;
  visit("movement_ratio", movement.ratio);
  visit("movement_edge_ratio", movement.edge_ratio);
  visit("movement_height_uv", movement.height_uv);
  visit("movement_channel_share", movement.channel_share);
  visit("movement_fewest_channels", movement.fewest_channels);
  visit("movement_window_s", movement.window_s);
}

}  // namespace brrr::quality
