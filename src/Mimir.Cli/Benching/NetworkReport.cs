using Mimir.Cli.Benching.Networks;

namespace Mimir.Cli.Benching;

/// <summary>What distance costs: the emulated network, and the least time that it allows a token.</summary>
public sealed record NetworkReport
{
    /// <summary>How the distance is made.</summary>
    public string Method { get; init; } = "network namespaces joined by a userspace wire (TUN devices) that delays and paces every packet; TCP runs end to end";

    /// <summary>lan, wan, far, or as given.</summary>
    public required string Profile { get; init; }

    /// <summary>There and back.</summary>
    public required double RoundTripMilliseconds { get; init; }

    /// <summary>What each host can send.</summary>
    public required double MegabitsPerSecond { get; init; }

    /// <summary>Rounds · one-way delay: in a round everybody sends at once, so it takes one way, not two.</summary>
    public required double RoundsTimesDelaySeconds { get; init; }

    /// <summary>That, as a part of the measured time of a token.</summary>
    public required double FractionOfTime { get; init; }

    /// <summary>The openings of a token at the rate of one host.</summary>
    public required double OpeningSeconds { get; init; }

    /// <summary>What is dealt for a token at the rate of one host; beside the steps, not in them.</summary>
    public required double DealingSeconds { get; init; }

    /// <summary>The larger of rounds · delay + openings and dealing: no computer is fast enough to beat it.</summary>
    public required double FloorSeconds { get; init; }

    /// <summary>The figures of <paramref name="report"/> under <paramref name="profile"/>; N − 1 peers get every opening.</summary>
    public static NetworkReport Of(NetworkProfile profile, BenchReport report)
    {
        // Of a token; positions of wrong guesses are opened and dealt for too.
        var positions = (report.Speculate + 1) / report.TokensPerRun;
        var rounds = report.RoundsPerToken / report.TokensPerRun * profile.OneWaySeconds;
        var openings = positions * report.OpenedBytesPerToken / profile.BytesPerSecond;
        var dealing = positions * report.DealtBytesPerToken / profile.BytesPerSecond;
        return new NetworkReport
        {
            Profile = profile.Name,
            RoundTripMilliseconds = profile.RoundTripMilliseconds,
            MegabitsPerSecond = profile.MegabitsPerSecond,
            RoundsTimesDelaySeconds = Math.Round(rounds, 4),
            FractionOfTime = Math.Round(rounds / report.SecondsPerToken, 3),
            OpeningSeconds = Math.Round(openings, 4),
            DealingSeconds = Math.Round(dealing, 4),
            FloorSeconds = Math.Round(Math.Max(rounds + openings, dealing), 4),
        };
    }
}
