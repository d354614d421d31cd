using System.Diagnostics;

namespace Mimir.Cli.Benching.Networks;

/// <summary>
/// What one host has sent and nobody has received yet: a packet leaves when the ones before it have left, at the host's rate, and arrives a
/// one-way delay later. At most 1,000 packets wait to leave (as in Linux's netem); further ones are lost. Times are Stopwatch ticks.
/// </summary>
internal sealed class Uplink(int largestPacket)
{
    private const int Waiting = 1000;

    // Beside those that wait there are those that travel; beyond that, packets are lost too.
    private const int Slots = 8192;
    private readonly byte[] _packets = new byte[(long)Slots * largestPacket];
    private readonly (int Length, int To, long Arrival)[] _slots = new (int, int, long)[Slots];
    private int _first;
    private int _count;
    private double _free;

    /// <summary>When the next packet arrives; <see cref="long.MaxValue"/> when none is under way.</summary>
    public long NextArrival => _count == 0 ? long.MaxValue : _slots[_first].Arrival;

    /// <summary>Where the next packet that is sent may be put; empty when there is no room.</summary>
    public Span<byte> Room => _count == Slots ? default : At((_first + _count) % Slots, largestPacket);

    /// <summary>Sends the <paramref name="length"/> bytes in <see cref="Room"/>, or loses them.</summary>
    public void Send(int length, int to, long now, double bytesPerSecond, double delaySeconds)
    {
        var leaving = Math.Max(now, _free) + length / bytesPerSecond * Stopwatch.Frequency;
        if (leaving - now > (double)Waiting * largestPacket / bytesPerSecond * Stopwatch.Frequency) return;
        _free = leaving;
        _slots[(_first + _count++) % Slots] = (length, to, (long)(leaving + delaySeconds * Stopwatch.Frequency));
    }

    /// <summary>The next packet, if it has arrived by <paramref name="now"/>; gone from here with the next call.</summary>
    public bool TryReceive(long now, out ReadOnlySpan<byte> packet, out int to)
    {
        packet = default;
        to = 0;
        if (NextArrival > now) return false;
        (var length, to, _) = _slots[_first];
        packet = At(_first, length);
        _first = (_first + 1) % Slots;
        _count--;
        return true;
    }

    private Span<byte> At(int slot, int length) => _packets.AsSpan(slot * largestPacket, length);
}
