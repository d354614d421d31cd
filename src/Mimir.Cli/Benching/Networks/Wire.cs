using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Mimir.Cli.Benching.Networks;

/// <summary>
/// One thread that carries IPv4 packets between the devices of all hosts, each through its <see cref="Uplink"/>. TCP runs end to end, in
/// the system, with its own windows, acknowledgements and losses; only delay and rate are made here. Host h has address 10.77.0.(h + 1).
/// </summary>
internal sealed partial class Wire : IDisposable
{
    private const int FirstComeFirstServed = 1;
    private const int HeaderLength = 20;
    private const short Readable = 1;

    // Longest sleep, so that the end is noticed.
    private const long SleepNanoseconds = 20_000_000;
    private readonly TunnelDevice[] _devices;
    private readonly Uplink[] _uplinks;
    private readonly PollRequest[] _polls;
    private readonly NetworkProfile _profile;
    private readonly Thread _thread;
    private volatile bool _slow;
    private volatile bool _ended;

    /// <summary>Starts carrying, at first without delay.</summary>
    public Wire(TunnelDevice[] devices, NetworkProfile profile)
    {
        (_devices, _profile) = (devices, profile);
        _uplinks = [.. devices.Select(_ => new Uplink(profile.LargestPacket))];
        _polls = [.. devices.Select(d => new PollRequest { Descriptor = d.Descriptor, Events = Readable })];
        _thread = new Thread(Carry) { IsBackground = true, Name = "wire" };
        _thread.Start();
    }

    /// <summary>The address of host <paramref name="index"/>.</summary>
    public static string AddressOf(int index) => FormattableString.Invariant($"10.77.0.{index + 1}");

    /// <summary>From now on packets take as long as the profile says.</summary>
    public void Slow() => _slow = true;

    /// <summary>Stops carrying; the devices are the caller's.</summary>
    public void Dispose()
    {
        _ended = true;
        _thread.Join();
    }

    private void Carry()
    {
        // Where the system allows it this thread goes first: it must not wait for those whose messages it delays.
        _ = SetScheduler(0, FirstComeFirstServed, 10);
        while (!_ended)
        {
            Take();
            var next = Deliver();
            var wait = next == long.MaxValue ? SleepNanoseconds
                : Math.Clamp((next - Stopwatch.GetTimestamp()) * (1_000_000_000 / Stopwatch.Frequency), 0, SleepNanoseconds);
            var sleep = new Duration { Nanoseconds = wait };
            if (wait > 0) _ = Poll(_polls, (nuint)_polls.Length, sleep, 0);
        }
    }

    /// <summary>Takes every packet that hosts have sent.</summary>
    private void Take()
    {
        var (rate, delay) = _slow ? (_profile.BytesPerSecond, _profile.OneWaySeconds) : (double.PositiveInfinity, 0);
        Span<byte> lost = stackalloc byte[_profile.LargestPacket];
        for (var host = 0; host < _devices.Length; host++)
        {
            var uplink = _uplinks[host];
            while (true)
            {
                var room = uplink.Room;
                var packet = room.IsEmpty ? lost : room;
                var length = _devices[host].Read(packet);
                if (length == 0) break;
                // IPv4 only; the destination's last byte is its number.
                var to = length >= HeaderLength && packet[0] >> 4 == 4 ? packet[19] - 1 : -1;
                if (!room.IsEmpty && to >= 0 && to < _devices.Length) uplink.Send(length, to, Stopwatch.GetTimestamp(), rate, delay);
            }
        }
    }

    /// <summary>Hands over every packet that has arrived; when the next one will.</summary>
    private long Deliver()
    {
        var next = long.MaxValue;
        var now = Stopwatch.GetTimestamp();
        foreach (var uplink in _uplinks)
        {
            while (uplink.TryReceive(now, out var packet, out var to)) _devices[to].Write(packet);
            next = Math.Min(next, uplink.NextArrival);
        }
        return next;
    }

    [LibraryImport("libc", EntryPoint = "ppoll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Poll([In, Out] PollRequest[] requests, nuint count, in Duration timeout, nint signals);

    [LibraryImport("libc", EntryPoint = "sched_setscheduler")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetScheduler(int thread, int policy, in int priority);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollRequest
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Duration
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
