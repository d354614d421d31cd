using Mimir.Spdz.Sessions;
using Mimir.Transport.Protos;

namespace Mimir.Services.Workers;

/// <summary>What a party sees of a session, as a message: at most <see cref="SeenBins"/> counts twice, and one entry a layer.</summary>
internal static class PartView
{
    /// <summary>Bins of each histogram.</summary>
    public const int SeenBins = Mimir.Spdz.Opening.SeenNumbers.Bins;

    /// <summary>Adds it to <paramref name="metrics"/>.</summary>
    public static RoleMetrics Add(RoleMetrics metrics, SessionView view)
    {
        metrics.NumbersSeen = (ulong)view.Numbers;
        foreach (var count in view.Received) metrics.ReceivedBins.Add((ulong)count);
        foreach (var count in view.Opened) metrics.OpenedBins.Add((ulong)count);
        foreach (var (rounds, bytes) in view.Layers) metrics.Layers.Add(new LayerTraffic { Rounds = (uint)rounds, BytesSent = (ulong)bytes });
        return metrics;
    }
}
