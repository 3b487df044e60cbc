/**
 * The addon's whole surface. Only lib/native.ts loads it; everything else goes through that file. Arguments arrive here
 * already checked. Every function that computes returns a promise: its work runs on the addon's own threads, and it
 * rejects with an Error whose `code` is one of lib/errors.ts. Arrays handed in are read or written in place until the
 * promise settles and must not be transferred meanwhile.
 */

/** Stops a computation and tells how far it is (0 to 1). */
export class Job {
  cancel(): void
  readonly progress: number
}

/** An open EDF or BDF file. */
export class RecordingHandle {
  readonly info: NativeRecordingInfo
  close(): void
}

export interface NativeSignal {
  label: string
  transducer: string
  dimension: string
  prefilter: string
  physicalMin: number
  physicalMax: number
  digitalMin: number
  digitalMax: number
  samplesPerRecord: number
  /** Samples per second. */
  rate: number
  /** Samples in the whole records of the file. */
  samples: number
  isAnnotation: boolean
  /** False where the header gives no usable scaling: the signal then has no physical values. */
  usable: boolean
}

export interface NativeRecordingInfo {
  format: 'EDF' | 'EDF+C' | 'EDF+D' | 'BDF' | 'BDF+C' | 'BDF+D'
  patient: string
  recording: string
  startDate: string
  startTime: string
  /** ISO 8601 without zone; empty where the header holds no date. */
  startIso: string
  headerBytes: number
  records: number
  recordDuration: number
  signals: NativeSignal[]
  /** Onset of each record in seconds; empty where the file keeps no time (plain EDF and BDF). */
  recordOnsets: Float64Array
  /** Stretches without a gap. */
  segments: Array<{ firstRecord: number; records: number; startS: number; durationS: number }>
  annotations: Array<{ onset: number; duration: number | null; text: string }>
  warnings: string[]
  fileBytes: number
}

/** Samples for a computation: a signal of a recording (minus another), over a record range, times `scale`; or an array. */
export type NativeSource =
  | {
      recording: RecordingHandle
      signal: number
      /** Signal that is subtracted, or -1. */
      minus: number
      scale: number
      firstRecord: number
      records: number
    }
  | { samples: Float64Array | Float32Array; rate: number }

export type NativeRole = 'eeg' | 'eog' | 'emg'

export interface NativeFeatureRequest {
  role: NativeRole
  stretches: Array<{ source: NativeSource; firstEpochS: number; epochs: number; firstRow: number }>
}

export interface NativeNight {
  eeg: Float64Array
  eog: Float64Array | null
  emg: Float64Array | null
  rows: number
  age: number | null
  male: number | null
}

export interface NativePrediction {
  /** Model inputs, feature by feature (features x rows). */
  features: Float32Array
  /** Sums of leaf values, rows x 5 in the order N1, N2, N3, R, W. */
  raw: Float64Array
  /** rows x 5 in the order N1, N2, N3, R, W; NaN in rows without an epoch. */
  probabilities: Float64Array
}

/** A parsed classifier. */
export class TreeModel {
  constructor(bytes: Uint8Array)
  readonly featureNames: string[]
}

export interface NativeHypnogram {
  /** W 0, N1 1, N2 2, N3 3, REM 4, Art -1, Uns -2. */
  stages: Int8Array
  epochS: number
  /** Start of the source's first sample in seconds from the hypnogram's start. */
  offsetS: number
}

export interface NativeEvents {
  columns: Record<string, Float64Array>
  /** Why the channel was not looked at; empty where it was. */
  skipped: string
}

type Range = [number, number]
type Limits = [number | null, number | null]

export interface NativeSpindleOptions {
  include: number[]
  freqSp: Range
  freqBroad: Range
  duration: Range
  minDistanceMs: number
  relPow: number | null
  corr: number | null
  rms: number | null
}

export interface NativeSlowWaveOptions {
  include: number[]
  freqSw: Range
  durNeg: Range
  durPos: Range
  ampNeg: Limits
  ampPos: Limits
  ampPtp: Limits
  coupling: boolean
  couplingFreqSp: Range
  couplingTimeS: number
  /** Significance level below which ndPAC stays; null keeps every value. */
  couplingP: number | null
}

export interface NativeRemOptions {
  include: number[]
  amplitude: Limits
  duration: Range
  relativeProminence: number
  freqRem: Range
}

export interface NativeSpectra {
  /** epochs x bins, power density in uV^2/Hz. */
  power: Float64Array
  epochs: number
  bins: number
  stepHz: number
}

export function openRecording(path: string, job: Job): Promise<RecordingHandle>
/** Fills outputs[i] (records x samplesPerRecord values) with physical values of signals[i]. */
export function readRecords(
  recording: RecordingHandle,
  signals: number[],
  firstRecord: number,
  records: number,
  outputs: Array<Float32Array | Float64Array>,
  job: Job,
): Promise<void>
/** Fills `out` with samples [start, start + out.length) of a source. */
export function readSource(
  source: NativeSource,
  start: number,
  out: Float32Array | Float64Array,
  job: Job,
): Promise<void>
/** First and last digital values and the digital sum of a signal, for checks of a reader. */
export function digitalSummary(
  recording: RecordingHandle,
  signal: number,
  job: Job,
): Promise<{ first: number[]; last: number[]; sum: number }>
export function writeAnnotations(
  path: string,
  header: { patient: string; recording: string; startIso: string },
  annotations: Array<{ onset: number; duration: number | null; text: string }>,
  job: Job,
): Promise<void>

/** One signal of a cleaned copy. */
export interface NativeCopiedSignal {
  /** Its index in the recording. */
  signal: number
  /** Factor to uV of a signal that is high-passed, repaired and written in uV; 0: it is copied as it is. */
  toUv: number
  label: string
  transducer: string
  dimension: string
  prefilter: string
  /** Found from the samples where the signal is cleaned. */
  physicalMin: number
  physicalMax: number
  digitalMin: number
  digitalMax: number
}
/** Writes a recording again with its EEG cleaned; rejects with what a writer and a reader reject with. */
export function writeCleanCopy(
  path: string,
  recording: RecordingHandle,
  copy: {
    format: 'EDF+C' | 'EDF+D' | 'BDF+C' | 'BDF+D'
    patient: string
    recording: string
    startDate: string
    startTime: string
    highPassHz: number
    signals: NativeCopiedSignal[]
    /** uV in place of others: index into `signals`, first sample counted through all records. */
    repairs: Array<{ copied: number; start: number; samples: Float32Array }>
    /** Signals that are throughout a weighted sum of others; all are cleaned and have one rate. Indices into `signals`. */
    interpolations: Array<{ copied: number; sources: readonly number[]; weights: Float64Array }>
    /** Onsets in seconds from the header's start time. */
    annotations: Array<{ onset: number; duration: number | null; text: string }>
  },
  job: Job,
): Promise<void>

/** Raw features of each request, features x rows (feature by feature); rows without an epoch are NaN. */
export function sleepFeatures(requests: NativeFeatureRequest[], rows: number, job: Job): Promise<Float64Array[]>
export function sleepPredict(model: TreeModel, night: NativeNight, job: Job): Promise<NativePrediction>
export function sleepFeatureNames(role: NativeRole): string[]

export function detectSpindles(
  source: NativeSource,
  hypnogram: NativeHypnogram | null,
  options: NativeSpindleOptions,
  job: Job,
): Promise<NativeEvents>
export function detectSlowWaves(
  source: NativeSource,
  hypnogram: NativeHypnogram | null,
  options: NativeSlowWaveOptions,
  job: Job,
): Promise<NativeEvents>
export function detectRems(
  loc: NativeSource,
  roc: NativeSource,
  hypnogram: NativeHypnogram | null,
  options: NativeRemOptions,
  job: Job,
): Promise<NativeEvents>

/** A channel to be cut into epochs: one source per stretch without a gap, in order. */
export interface NativeEpochChannel {
  stretches: NativeSource[]
  /** Values in uV that the channel cannot pass; NaN where they are not known. */
  lowRail: number
  highRail: number
}

export interface NativeEpochOptions {
  /** Samples per second of the store; channels of another rate are resampled to it. */
  rate: number
  lengthS: number
  /** Edge of the zero-phase high-pass; 0: no filter. */
  highPassHz: number
  /** Peak-to-peak in uV below which a 1 s piece is flat. */
  flatUv: number
  /** Bytes that the store and loading it may take; 0: no limit. */
  maxBytes: number
  /** Whether maxBytes covers a later detectArtifacts too. */
  artifacts: boolean
}

/** Epochs of all channels in memory: uV, float32. */
export class EpochStore {
  readonly info: {
    channels: number
    epochs: number
    /** Samples of one epoch of one channel. */
    samples: number
    rate: number
    lengthS: number
    /** Start of each epoch in seconds from the recording's start. */
    startS: Float64Array
    bytes: number
  }
  /** A copy of the samples of some epochs of a channel, in uV. */
  read(channel: number, firstEpoch: number, epochs: number): Float32Array
  /** Lets the memory go, once the computations under way are done. */
  close(): void
}

/** Tables of channels x epochs, channel by channel. */
export interface NativeCells {
  /** Peak-to-peak in uV. */
  ptpUv: Float64Array
  /** Variance in uV^2. */
  varianceUv2: Float64Array
  /** Variance of a calm second: the lower median over the 1 s pieces. */
  calmVarianceUv2: Float64Array
  /** Share of the 1 s pieces that are flat, before or after the high-pass. */
  flatShare: Float32Array
  /** Share of the samples that lie in runs at a rail, before the high-pass. */
  clippedShare: Float32Array
  /** Share of the power from 1 Hz to half the rate that lies within 1 Hz of 50 (60) Hz and its harmonics. */
  mains50Share: Float32Array
  mains60Share: Float32Array
  /** Frequency of the strongest bin within 1 Hz of 50 (60) Hz. */
  mains50Hz: Float32Array
  mains60Hz: Float32Array
  /** Share of the power from 1 Hz to half the rate that lies below 12 Hz. */
  slowShare: Float32Array
  /** Rate at which each channel was recorded. */
  recordedRateHz: Float64Array
}

/** Pairs of channels that are alike as only bridged electrodes are, in at least one epoch. */
export interface NativeAlikePairs {
  /** 2 x pairs: the two channels. */
  channels: Int32Array
  /** pairs x epochs: 1 alike, 0 not, 255 not looked at (a channel is dead there). */
  alike: Uint8Array
  /** Of each pair: root mean square of the difference in uV, median over the epochs in which they are alike. */
  differenceUv: Float64Array
}

/** Reads, resamples, filters and cuts the channels of one recording; startS: where each stretch begins. */
export function loadEpochs(
  channels: NativeEpochChannel[],
  startS: readonly number[],
  options: NativeEpochOptions,
  job: Job,
): Promise<EpochStore>
/** Ready-made epochs, epochs x channels x samples, times toUv; unfiltered. */
export function epochsFromArray(
  data: Float32Array | Float64Array,
  shape: { epochs: number; channels: number; samples: number; rate: number; toUv: number },
  options: NativeEpochOptions,
  job: Job,
): Promise<EpochStore>
export function measureCells(store: EpochStore, options: { flatUv: number }, job: Job): Promise<NativeCells>
/** `distance`: variance of the difference as a share of that of a typical pair below which two channels are alike. */
export function alikePairs(store: EpochStore, options: { distance: number }, job: Job): Promise<NativeAlikePairs>

/** Limits by their names in lib/analyses/quality/artifacts.ts. */
export type NativeArtifactLimits = Record<string, number>

export interface NativeArtifact {
  type: 'blink' | 'muscle' | 'electrode_pop' | 'movement'
  startS: number
  durationS: number
  /** Positions in `picks`, ascending. */
  channels: number[]
  confidence: number
  /** Over the channel's background. */
  ratio: number
  /** Blink: height; muscle: RMS of the fast band; pop: step; movement: deflection. */
  sizeUv: number
}

export function artifactLimits(): NativeArtifactLimits
/** Artifacts by start, and the picks recorded too slowly for muscle. Channels of `leads` are positions in `picks`. */
export function detectArtifacts(
  store: EpochStore,
  options: {
    picks: readonly number[]
    /** null: no blinks are looked for. */
    leads: {
      left: number
      right: number
      front: readonly number[]
      middle: readonly number[]
      back: readonly number[]
    } | null
    /** All of artifactLimits(). */
    limits: NativeArtifactLimits
    /** Beside the epochs; 0: no limit. */
    maxBytes: number
  },
  job: Job,
): Promise<{ artifacts: NativeArtifact[]; slowChannels: number[] }>

/** Epochs for AutoReject and its kin, and the channels of them that take part: in memory, or a caller's array in volts. */
export type NativeEpochs =
  | { store: EpochStore; picks: readonly number[] }
  | {
      /** epochs x channels x samples; INVALID_ARGUMENT where a picked channel has a sample that is not finite. */
      data: Float32Array | Float64Array
      epochs: number
      channels: number
      samples: number
      picks: readonly number[]
    }

export type NativeThresholdMethod = 'bayesian_optimization' | 'random_search'

export interface NativeAutoRejectOptions {
  /** Candidates: share of bad channels that makes an epoch bad, and channels that may be repaired in an epoch. */
  consensus: readonly number[]
  nInterpolate: readonly number[]
  folds: number
  method: NativeThresholdMethod
  seed: number
  /** Bytes that the computation may take beside its epochs (MEMORY_BUDGET); 0: no limit. */
  maxBytes: number
}

export interface NativeAutoRejectFit {
  /** One for each pick, volts. */
  thresholds: Float64Array
  consensus: number
  nInterpolate: number
  /** consensus x nInterpolate x folds, volts; infinite where a pair is not possible or leaves no epoch. */
  loss: Float64Array
  /** Of the epochs of the fit, by what was found. */
  log: NativeRejectLog
}

/** labels: epochs x picks, 0 good, 1 bad, 2 bad and to be repaired; badEpochs: 1 for those to be rejected. */
export interface NativeRejectLog {
  labels: Uint8Array
  badEpochs: Uint8Array
}

/** `positions`, here and below: x, y, z of each pick in the head frame. */
export function autorejectFit(
  epochs: NativeEpochs,
  positions: Float64Array,
  options: NativeAutoRejectOptions,
  job: Job,
): Promise<NativeAutoRejectFit>
/** Thresholds alone, volts; without positions each channel's come from its own epochs only. */
export function autorejectThresholds(
  epochs: NativeEpochs,
  positions: Float64Array | null,
  options: { method: NativeThresholdMethod; seed: number; maxBytes: number },
  job: Job,
): Promise<Float64Array>
export function autorejectLog(
  epochs: NativeEpochs,
  thresholds: Float64Array,
  consensus: number,
  nInterpolate: number,
  job: Job,
): Promise<NativeRejectLog>
/**
 * Fills `out` with the chosen epochs, cells of label 2 repaired: all channels of an array (in its unit), the picks of a
 * store (uV). `out` must not overlap the epochs.
 */
export function autorejectRepair(
  epochs: NativeEpochs,
  positions: Float64Array,
  labels: Uint8Array,
  chosen: readonly number[],
  out: Float32Array | Float64Array,
  job: Job,
): Promise<void>
/** Fills `out` (cells x samples) with repaired cells alone. `cells`: epoch and pick of each, all of label 2. */
export function autorejectRepairCells(
  epochs: NativeEpochs,
  positions: Float64Array,
  labels: Uint8Array,
  cells: readonly number[],
  out: Float32Array,
  job: Job,
): Promise<void>

/** Peak-to-peak threshold of any channel, volts, above which an epoch is rejected. */
export function globalThreshold(epochs: NativeEpochs, decim: number, folds: number, job: Job): Promise<number>
/** Scores of thresholds (none: 15 of its own choice), thresholds x folds: minus volts, or -Infinity. */
export function validationCurve(
  epochs: NativeEpochs,
  thresholds: readonly number[],
  folds: number,
  job: Job,
): Promise<{ thresholds: Float64Array; trainScores: Float64Array; testScores: Float64Array }>

/** subsets: nResample x size; correlations: epochs x picks, NaN for 0/0. */
export function ransac(
  epochs: NativeEpochs,
  positions: Float64Array,
  options: { nResample: number; minChannels: number; minCorr: number; unbrokenTime: number; seed: number },
  job: Job,
): Promise<{ subsets: Int32Array; correlations: Float64Array; badFraction: Float64Array; bad: Uint8Array }>

/** Weights, targets x sources. `positions`: of the sources, then of the targets, seen from the sphere's centre. */
export function splineWeights(positions: Float64Array, sources: number, job: Job): Promise<Float64Array>
/** Centre of the sphere through electrodes. */
export function headCentre(positions: Float64Array): Float64Array
/** Test rows of scikit-learn's StratifiedShuffleSplit, for checks of the generator. */
export function stratifiedSplits(
  classSizes: readonly number[],
  splits: number,
  testShare: number,
  seed: number,
): Int32Array[]

/** Welch spectra of consecutive epochs: periodic Hann window, half overlap, mean removed, density. */
export function spectra(
  source: NativeSource,
  options: { epochS: number; segmentS: number; average: 'mean' | 'median'; window: 'hann' | 'hamming' },
  job: Job,
): Promise<NativeSpectra>
export function resample(source: NativeSource, rate: number, job: Job): Promise<Float64Array>
/** Zero-phase band-pass as MNE designs and applies it; null leaves an edge open. */
export function bandpass(
  source: NativeSource,
  lowHz: number | null,
  highHz: number | null,
  job: Job,
): Promise<Float64Array>

export interface NativePlantedEvent {
  type: string
  startS: number
  durationS: number
  amplitudeUv: number
  channels: string[]
}

export interface NativeSynthOptions {
  kind: 'night' | 'routine'
  seed: number
  hours: number
  rate: number
  channels: string[]
  /** Of a routine EEG: whether it has blinks, muscle and electrode pops. */
  artifacts: boolean
}
/** Writes a synthetic recording; resolves with the truth it was made from. */
export function synthesise(
  path: string,
  options: NativeSynthOptions,
  job: Job,
): Promise<{ stages: Int8Array; events: NativePlantedEvent[] }>

/** An input or output of a model. */
export interface NativeTensorInfo {
  name: string
  /** A DataType of lib/inference/types.ts. */
  type: string
  /** -1 where the size is chosen at run time; null where even their number is. */
  dims: number[] | null
  /** Names of the dimensions; empty where one has none. */
  symbols: string[]
}

export interface NativeEngineInfo {
  backend: string
  version: string
  device: string
  inputs: NativeTensorInfo[]
  outputs: NativeTensorInfo[]
  /** Empty: any. */
  batchSizes: number[]
}

export interface NativeEngineStats {
  runs: number
  failed: number
  stopped: number
  /** Since the load: runs of captured graphs, and other runs; both 0 where a backend has none. */
  graphRuns: number
  plainRuns: number
  running: number
  waiting: number
  elapsedMs: number
  /** Time in which at least one lane computed. */
  busyMs: number
  lanes: Array<{ runs: number; busyMs: number }>
}

export interface NativeMemoryPart {
  name: string
  kind: 'host' | 'pinned' | 'device'
  bytes: number
  peakBytes: number
}

/** float16 and bfloat16 are Uint16Arrays of their bits, bool a Uint8Array. */
type NativeTensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array

/**
 * Nanoseconds of process.hrtime's clock, 0 for what is not known: queued, started, finished; start and end of the launch,
 * the copies to the device, the computation and the copies from the device.
 */
export type NativeTimes = readonly number[]

export interface NativeTimelineRun {
  times: NativeTimes
  lane: number
  slot: number
  /** A function of the CPU, a captured graph, or kernels one by one. */
  launch: 'call' | 'graph' | 'plain'
  /** Of the first input. */
  shape: number[]
  /** 0: it was not padded. */
  paddedBatch: number
  failed: boolean
}

/** A loaded model with its lanes. */
export class EngineHandle {
  readonly info: NativeEngineInfo
  /**
   * `arrays`: one per input, then one or null per output. `shapes`: for each array that is there its number of
   * dimensions, then the dimensions. Resolves with a tensor for each output that had no array, null for the others;
   * if `timed`, NativeTimes come last.
   */
  run(
    arrays: ReadonlyArray<NativeTensorData | null>,
    shapes: readonly number[],
    job: Job | null,
    timed?: boolean,
  ): Promise<Array<{ data: NativeTensorData; dims: number[] } | null>>
  stats(): NativeEngineStats
  /** Counts from now on; the timeline begins anew. */
  resetStats(): void
  /** Keeps the last so many runs, oldest first; by default none. */
  keepTimeline(runs: number): void
  timeline(): { runs: NativeTimelineRun[]; dropped: number }
  /** Empty once closed. */
  memory(): NativeMemoryPart[]
  /** The batch sizes that were to be captured as graphs, and why one was not; null: it was. */
  graphs(): Array<{ batch: number; reason: string | null }>
  /**
   * From now on batches may be padded to a captured size: the first dimension counts items that do not depend on each
   * other. Returns the captured sizes.
   */
  allowPadding(): number[]
  /** Memory from which the device copies fastest; null where any is as good. */
  buffer(bytes: number): ArrayBuffer | null
  /** Resolves when lanes and model are released. Runs under way and waiting are stopped, or finished first (`drain`). */
  close(drain: boolean, job: Job): Promise<void>
}

export function loadOnnxRuntime(
  request: {
    /** Path of ONNX Runtime's library. */
    library: string
    /** One of the two. */
    path: string | null
    bytes: Uint8Array | null
    /** Folder of external data; empty: the model file's. */
    externalData: string
    /** Bytes that the model and its runs may take; 0: no limit. */
    memoryBudget: number
    lanes: number
    /** Runs take a time that only the shapes of the inputs decide: the shortest are computed in the call of run. */
    steady: boolean
  },
  job: Job,
): Promise<EngineHandle>
/** Loads a plan of TensorRT. */
export function loadPlan(
  request: {
    /** Where TensorRT and the CUDA runtime are; empty: wherever they are found. */
    library: string
    cudaRuntime: string
    device: number
    lanes: number
    bytes: Uint8Array
    /** The plan may bring code for the processor (a version-compatible one). */
    hostCode: boolean
    /** Whether to capture graphs, and for which batch sizes. */
    graphs: boolean
    batchSizes: readonly number[]
    /** Bytes of device memory; 0: no limit. */
    memoryBudget: number
  },
  job: Job,
): Promise<EngineHandle>
/** Loads the library and tells its version. */
export function onnxRuntimeVersion(path: string, job: Job): Promise<string>

/** Why something is not there. */
export interface NativeProblem {
  code: string
  message: string
}

export interface NativeDevice {
  index: number
  name: string
  /** Compute capability, "9.0". */
  sm: string
  multiprocessors: number
  /** Shares its memory with the processor. */
  integrated: boolean
  pciBusId: string
  /** Of the whole device, all processes together. */
  memoryFreeBytes: number
  memoryTotalBytes: number
}

export interface NativeDeviceList {
  /** CUDA versions, "12.9"; null where there is none. */
  cudaRuntime: string | null
  cudaDriver: string | null
  /** "linked in", the path of the library, or empty. */
  cudaRuntimeSource: string
  devices: NativeDevice[]
  problem: NativeProblem | null
}
/** `cudaRuntime`: path of another CUDA runtime than the one of this build; empty: none. */
export function listDevices(options: { cudaRuntime: string }, job: Job): Promise<NativeDeviceList>

export interface NativeUtilisation {
  /** Version of the driver, "550.54.15". */
  driver: string
  /** Share of the last sample period in which a kernel ran, 0 to 1. A value that the device does not tell is null. */
  busy: number | null
  memoryUsedBytes: number | null
  memoryTotalBytes: number | null
  temperatureC: number | null
  powerW: number | null
}
/** Reads NVML once. `nvml`: path of another library than libnvidia-ml.so.1; empty: none. */
export function deviceUtilisation(options: { pciBusId: string; nvml: string }, job: Job): Promise<NativeUtilisation>

export interface NativeTensorRt {
  /** Major versions that this package knows, newest first, and the headers that this build has code from. */
  builtFor: Array<{ major: number; headers: string | null }>
  searched: string[]
  /** True where there is a TensorRT, be it one that cannot be used. */
  found: boolean
  library: {
    version: string
    path: string
    parser: string | null
    parserProblem: string | null
    plugins: string | null
    pluginsProblem: string | null
  } | null
  problem: NativeProblem | null
}
/**
 * Looks for TensorRT in `path`, or where that is empty in $BRRR_TENSORRT, the system and Python packages. With a device,
 * also makes TensorRT's runtime there, as a trial.
 */
export function tensorrtStatus(
  options: { path: string; cudaRuntime: string; device: number | null },
  job: Job,
): Promise<NativeTensorRt>

export interface NativeBuildRequest {
  /** Folder of TensorRT, empty: where it is found; path of another CUDA runtime, empty: none. */
  tensorrt: string
  cudaRuntime: string
  device: number
  onnx: Uint8Array
  /** Of the file, for its external data; empty: it has none. */
  path: string
  profiles: ReadonlyArray<Record<string, { min: readonly number[]; opt: readonly number[]; max: readonly number[] }>>
  tf32: boolean
  /** 0: as much as is sensible. */
  workspaceBytes: number
  optimizationLevel: number
  /** -1: TensorRT decides. */
  auxStreams: number
  hardwareCompatible: 'none' | 'ampere+' | 'same'
  versionCompatible: boolean
  /** TensorRT's timing cache; empty: none. */
  timings: Uint8Array
}

export interface NativeMessage {
  severity: 'internal error' | 'error' | 'warning' | 'info' | 'verbose'
  text: string
}

/** Builds a plan; minutes, and about 2 GB. A message of TensorRT that is gone from its log when asked for is left out. */
export function buildPlan(
  request: NativeBuildRequest,
  job: Job,
): Promise<{ plan: Buffer; timings: Buffer; workspaceBytes: number }>
/** What TensorRT has said in this process since a mark (at first 0). */
export function tensorrtMessages(mark: number): { messages: NativeMessage[]; mark: number }

export function simd(): { active: string; available: string[] }
/** Forces a SIMD tier for the whole process (tests). */
export function forceSimd(tier: string): void
export function threads(): number
/** Limits the threads of one computation; 0 is all cores. Results do not depend on it. */
export function setThreads(count: number): void
