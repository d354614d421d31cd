using System.Net;

namespace Mimir.Transport.Limits;

/// <summary>
/// How often one peer and one remote address may make calls that cost signatures or the verification of evidence (<see cref="Rpc.AllowRolesAttribute.IsCostly"/>). A peer beyond its own
/// rate uses up nothing of its address, so that it shuts out itself only. Thread-safe.
/// </summary>
internal sealed class CallBudget(ConnectionLimits limits, TimeProvider clock, Action<string>? refused)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private readonly Lock _lock = new();
    private readonly TokenBuckets<string> _peers = new(clock, limits.RegistrationsPerMinute, Minute);
    private readonly TokenBuckets<IPAddress> _addresses = new(clock, limits.RegistrationsPerAddress, Minute);
    private readonly TokenBucket _lines = new(clock, 1, Minute);

    /// <summary>How many peers and addresses it knows something about.</summary>
    internal int Remembered { get { lock (_lock) return _peers.Count + _addresses.Count; } }

    /// <summary>Takes one call; null, or why it is refused.</summary>
    /// <param name="peer">Role and name.</param>
    /// <param name="remote">Where it comes from.</param>
    public string? Take(string peer, IPAddress remote)
    {
        var address = RemoteSource.KeyOf(remote);
        string? reason, line = null;
        lock (_lock)
        {
            var (own, shared) = (_peers.Of(peer), _addresses.Of(address));
            reason = own.IsEmpty ? $"{peer} made {limits.RegistrationsPerMinute} calls of this kind within a minute (limits.registrations_per_minute); try again in a moment"
                : shared.IsEmpty ? $"{address} made {limits.RegistrationsPerAddress} calls of this kind within a minute (limits.registrations_per_address); try again in a moment"
                : null;
            if (reason is not null) line = _lines.TryTake() ? reason : null;
            else if (!own.TryTake() || !shared.TryTake()) throw new InvalidOperationException("Two buckets that were not empty are.");
        }
        if (line is not null) refused?.Invoke($"Refused a call: {line}.");
        return reason;
    }
}
