"""The peers' side of bench/peers: does the same jobs on the same files as Python's users do them.

peers.py serve EDF EEG LOC ROC EMG   one JSON line {wall_s, cpu_s} for each job name read from standard input
peers.py fresh EDF EEG LOC EMG       stages one night and ends, its peak RSS in bytes on file descriptor 3
peers.py autoreject EPOCHS           one JSON line {wall_s, cpu_s, decisions} for each line read; EPOCHS are raw float32
                                     volts, a JSON of their shape, names, positions and settings beside them
"""
import json
import os
import sys
import time


def stage(path, eeg, loc, emg):
    import mne
    import yasa

    raw = mne.io.read_raw_edf(path, preload=True, verbose="ERROR")
    return yasa.SleepStaging(raw, eeg_name=eeg, eog_name=loc, emg_name=emg).predict()


def samples(path, names):
    """Microvolts of the named channels."""
    import mne

    raw = mne.io.read_raw_edf(path, preload=True, include=names, verbose="ERROR")
    return raw.get_data(picks=names, units="uV"), raw.info["sfreq"]


def read_all(path):
    import edfio

    return [signal.data for signal in edfio.read_edf(path).signals]


def welch(path, eeg):
    import edfio
    import scipy.signal

    signal = edfio.read_edf(path).get_signal(eeg)
    rate = round(signal.sampling_frequency)
    length = 30 * rate
    epochs = signal.data[: len(signal.data) // length * length].reshape(-1, length)
    return scipy.signal.welch(epochs, rate, window="hann", nperseg=4 * rate)


def load_epochs(path):
    import mne
    import numpy as np

    mne.set_log_level("ERROR")
    with open(path + ".json") as file:
        meta = json.load(file)
    data = np.fromfile(path, np.float32).reshape(meta["shape"]).astype(np.float64)
    epochs = mne.EpochsArray(data, mne.create_info(meta["channels"], 256.0, "eeg"))
    for channel, position in zip(epochs.info["chs"], meta["positions"]):
        channel["loc"][:3] = position
    return epochs, meta


def reject(epochs, meta):
    from autoreject import AutoReject

    options = {name: meta[name] for name in ("n_interpolate", "consensus", "random_state")}
    method = AutoReject(**options, cv=10, thresh_method="bayesian_optimization", n_jobs=1, verbose=False)
    _, log = method.fit_transform(epochs, return_log=True)
    return {
        "consensus": float(method.consensus_["eeg"]),
        "n_interpolate": int(method.n_interpolate_["eeg"]),
        "bad_epochs": [bool(bad) for bad in log.bad_epochs],
        "labels": [[int(label) for label in row] for row in log.labels],
        "thresholds": [float(method.threshes_[name]) for name in meta["channels"]],
    }


def timed(job):
    wall, cpu = time.perf_counter(), time.process_time()
    result = job()
    return {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}, result


def serve(path, eeg, loc, roc, emg):
    import yasa

    data, rate = samples(path, [eeg, loc, roc])
    jobs = {
        "stages": lambda: stage(path, eeg, loc, emg),
        "spindles": lambda: yasa.spindles_detect(data[0], rate, verbose="ERROR"),
        "slow_waves": lambda: yasa.sw_detect(data[0], rate, verbose="ERROR"),
        "coupling": lambda: yasa.sw_detect(data[0], rate, coupling=True, verbose="ERROR"),
        "rems": lambda: yasa.rem_detect(data[1], data[2], rate, verbose="ERROR"),
        "welch": lambda: welch(path, eeg),
        "reading": lambda: read_all(path),
    }
    for line in sys.stdin:
        figures, _ = timed(jobs[line.strip()])
        print(json.dumps(figures), flush=True)


def serve_autoreject(path):
    epochs, meta = load_epochs(path)
    for _ in sys.stdin:
        figures, decisions = timed(lambda: reject(epochs, meta))
        print(json.dumps({**figures, "decisions": decisions}), flush=True)


def fresh(path, eeg, loc, emg):
    import resource

    stage(path, eeg, loc, emg)
    os.write(3, str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024).encode())


if __name__ == "__main__":
    {"serve": serve, "fresh": fresh, "autoreject": serve_autoreject}[sys.argv[1]](*sys.argv[2:])
