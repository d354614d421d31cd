using System.Globalization;
using System.Text.RegularExpressions;

namespace Mimir.Cli.Benching.Networks;

/// <summary>How far apart emulated hosts are.</summary>
/// <param name="Name">As the user wrote it.</param>
/// <param name="RoundTripMilliseconds">There and back; a packet travels half of it.</param>
/// <param name="MegabitsPerSecond">What each host can send, to all others together.</param>
public sealed partial record NetworkProfile(string Name, double RoundTripMilliseconds, double MegabitsPerSecond)
{
    /// <summary>One room: 1 ms, 1 Gbit/s.</summary>
    public static readonly NetworkProfile Lan = new("lan", 1, 1000);

    /// <summary>One continent: 20 ms, 200 Mbit/s.</summary>
    public static readonly NetworkProfile Wan = new("wan", 20, 200);

    /// <summary>Across an ocean: 80 ms, 50 Mbit/s.</summary>
    public static readonly NetworkProfile Far = new("far", 80, 50);

    /// <summary>Seconds that a packet travels.</summary>
    public double OneWaySeconds => RoundTripMilliseconds / 2000;

    /// <summary>What one host sends in a second.</summary>
    public double BytesPerSecond => MegabitsPerSecond * 125_000;

    /// <summary>Largest packet: Ethernet's, and a data centre's where a link is as fast as there.</summary>
    public int LargestPacket => MegabitsPerSecond >= 500 ? 9000 : 1500;

    /// <summary>Reads <c>lan</c>, <c>wan</c>, <c>far</c> or round trip and rate, as in <c>20ms/200Mbit</c>.</summary>
    /// <exception cref="UsageException">Something else.</exception>
    public static NetworkProfile Parse(string text)
    {
        foreach (var known in (NetworkProfile[])[Lan, Wan, Far])
            if (known.Name == text) return known;
        var match = Pattern().Match(text);
        if (match.Success
            && double.TryParse(match.Groups[1].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var milliseconds)
            && double.TryParse(match.Groups[2].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var megabits)
            && milliseconds is >= 0 and <= 2000 && megabits is >= 1 and <= 10_000)
            return new NetworkProfile(text, milliseconds, megabits);
        throw new UsageException(
            $"--network '{text}' is neither lan, wan, far nor a round trip and a rate such as 20ms/200Mbit (0 to 2000 ms, 1 to 10000 Mbit)");
    }

    [GeneratedRegex(@"^(\d+(?:\.\d+)?)ms/(\d+(?:\.\d+)?)Mbit$", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
