/**
 * EEG analysis: recordings in; signal quality, sleep stages, events and a report out. Decision support only: a person
 * must read the recording.
 */
export { analyzeEvents, type EventAnalysis, type EventOptions } from './analyses/events/analyze.js'
export {
  type Detection,
  detectRems,
  detectSlowWaves,
  detectSpindles,
  type RemOptions,
  type Scoring,
  type SlowWaveOptions,
  type SpindleOptions,
} from './analyses/events/detect.js'
export { groupedSummary, keepShared, type SummaryRow, summariseEvents } from './analyses/events/summary.js'
export type { EegEvent, EventTable } from './analyses/events/types.js'
export type { RepairedCell } from './analyses/quality/analysis.js'
export {
  analyzeQuality,
  QualityAnalysis,
  type QualityLimits,
  type QualityOptions,
} from './analyses/quality/analyze.js'
export {
  type ArtifactLimits,
  type ArtifactOptions,
  artifactLimits,
  type FoundArtifacts,
  findArtifacts,
} from './analyses/quality/artifacts.js'
export {
  AutoReject,
  type AutoRejectFitOptions,
  type AutoRejectOptions,
  type AutoRejectTransformOptions,
} from './analyses/quality/autoreject.js'
export { type AlikePair, type CellTables, type MeasureOptions, measureCells } from './analyses/quality/cells.js'
export type { EpochData, TimedEpochData } from './analyses/quality/epoch-data.js'
export {
  cellsOf,
  type FindingLimits,
  type Findings,
  findCells,
  findInEpochs,
  findingLimits,
} from './analyses/quality/findings.js'
export {
  getRejectionThreshold,
  type RejectionThresholdOptions,
  type ValidationCurve,
  type ValidationCurveOptions,
  validationCurve,
} from './analyses/quality/global-threshold.js'
export type { AmplitudeLimits } from './analyses/quality/labels.js'
export type { Picks } from './analyses/quality/picks.js'
export { Ransac, type RansacOptions } from './analyses/quality/ransac.js'
export { RejectLog } from './analyses/quality/reject-log.js'
export { type SplineOptions, sphericalSplineWeights } from './analyses/quality/splines.js'
export { type EpochOptions, Epochs, type Rails } from './analyses/quality/store.js'
export {
  computeThresholds,
  type MemoryOptions,
  type ThresholdMethod,
  type ThresholdOptions,
  thresholdSplits,
} from './analyses/quality/thresholds.js'
export type {
  BadChannel,
  BadChannelReason,
  CellLabel,
  FindingKind,
  NotAssessed,
  NotJudged,
  QualityFinding,
  QualityGrade,
  QualityReport,
} from './analyses/quality/types.js'
export { stageAgreement } from './analyses/sleep/agreement.js'
export { analyzeSleep, type SleepAnalysis, type SleepOptions } from './analyses/sleep/analyze.js'
export {
  chooseSleepChannels,
  findLocRoc,
  type SleepChannelRequest,
  type SleepChannels,
} from './analyses/sleep/channels.js'
export {
  fitToRecording,
  hypnogramFromAnnotations,
  hypnogramToAnnotations,
  type ScoredNight,
} from './analyses/sleep/hypnogram.js'
export { hypnogramToCsv, hypnogramToJson, parseHypnogram } from './analyses/sleep/hypnogram-text.js'
export { type Staging, type StagingFeatures, type StagingInput, stageSleep } from './analyses/sleep/staging.js'
export {
  epochsBetween,
  findPeriods,
  legacySleepStatistics,
  type Period,
  sleepStatistics,
  stageTransitions,
  type Transitions,
  transitionMatrix,
} from './analyses/sleep/statistics.js'
export type {
  EventSummary,
  SleepResult,
  SleepStage,
  SleepStatistics,
  SleepWarning,
  StageAgreement,
  StageProbabilities,
} from './analyses/sleep/types.js'
export { type Priority, type Triage, triage } from './analyses/triage.js'
export { BrrrError, ERROR_CODES, type ErrorCode } from './errors.js'
export {
  AdaptivePolicy,
  Batcher,
  type BatcherOptions,
  type BatcherStats,
  type BatchPolicy,
  type BatchRequest,
  type BatchView,
  DeadlinePolicy,
  type Durations,
} from './inference/batcher.js'
export {
  type Device,
  type DeviceList,
  type DeviceOptions,
  type DeviceUtilisation,
  findTensorRT,
  listDevices,
  type Problem,
  readUtilisation,
  type TensorRtOptions,
  type TensorRtStatus,
  type UtilisationOptions,
} from './inference/devices.js'
export { Engine, type EngineMemory, type EngineStats } from './inference/engine.js'
export type { EngineOptions } from './inference/engine-options.js'
export { type OnnxModel, readOnnx, writeOnnx } from './inference/onnx/model.js'
export type { RunTimes } from './inference/run-times.js'
export type { BuilderMessage } from './inference/tensorrt/build.js'
export type { BuildSettings, Profile, ProfileRange } from './inference/tensorrt/build-options.js'
export type { Deviation } from './inference/tensorrt/numeric-check.js'
export { PlanCache, type PlanCacheOptions, type PlanEntry } from './inference/tensorrt/plan-cache.js'
export type { PlanHeader, PlanIdentity } from './inference/tensorrt/plan-header.js'
export { type CastModel, type CastOptions, castModel, type Precision } from './inference/tensorrt/precision.js'
export type { PreparedPlan } from './inference/tensorrt/prepare.js'
export type { TimelineOptions, Trace, TraceEvent } from './inference/timeline.js'
export type {
  BatchNote,
  BatchRunner,
  DataType,
  RunRequest,
  Tensor,
  TensorData,
  TensorInfo,
  Tensors,
} from './inference/types.js'
export { importYasa } from './models/import.js'
export { type InstalledModel, listModels } from './models/registry.js'
export type { RunOptions } from './native.js'
export { type Analysis, type AnalyzeOptions, analyze, type Progress } from './pipeline/analyze.js'
export { type CleanCopyOptions, writeCleanCopy } from './pipeline/clean-copy.js'
export type { DocumentWarning, PartStatus, ResultDocument } from './pipeline/document.js'
export { eventsCsv, labelsCsv, stagesCsv, writeAnnotationFile } from './pipeline/export.js'
export { reportSignals } from './pipeline/report-signals.js'
export { electrodePositions, type Position } from './recording/montage.js'
export { Recording } from './recording/recording.js'
export { type Signal, type Stretch, signalFromArray } from './recording/signal.js'
export { type SynthKind, type SynthOptions, type SynthTruth, synthesise } from './recording/synth.js'
export type { Annotation, Channel, ChannelKind, RecordingInfo, Segment } from './recording/types.js'
export { renderReport, writeReport } from './report/report.js'
export type { ReportSignals, ReportSpectrogram, ReportTrace } from './report/types.js'
export { bandpass, resample, type Spectra, spectra } from './signal/signal.js'
