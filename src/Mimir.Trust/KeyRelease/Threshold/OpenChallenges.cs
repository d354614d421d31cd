using System.Security.Cryptography;

namespace Mimir.Trust.KeyRelease.Threshold;

/// <summary>Challenges that were given and not answered: each counts once, for one requester, for a minute. Thread-safe, bounded.</summary>
internal sealed class OpenChallenges(TimeProvider clock)
{
    private const int Most = 1024;
    private const int MostPerRequester = 16;
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);
    private readonly Lock _turn = new();
    private readonly Dictionary<string, (string Requester, DateTimeOffset Until)> _open = [];

    /// <summary>A fresh one, or null when too many are open.</summary>
    public byte[]? Open(ReadOnlyMemory<byte> requester)
    {
        var challenge = RandomNumberGenerator.GetBytes(ShareHolder.ChallengeLength);
        var who = Convert.ToHexString(requester.Span);
        lock (_turn)
        {
            var now = clock.GetUtcNow();
            foreach (var (old, (_, until)) in _open.ToArray())
                if (until < now) _open.Remove(old);
            if (_open.Count >= Most || _open.Values.Count(o => o.Requester == who) >= MostPerRequester) return null;
            _open.Add(Convert.ToHexString(challenge), (who, now + Lifetime));
            return challenge;
        }
    }

    /// <summary>Whether it was open, for this requester; it is not any more.</summary>
    public bool Close(ReadOnlyMemory<byte> challenge, ReadOnlyMemory<byte> requester)
    {
        lock (_turn)
            return _open.Remove(Convert.ToHexString(challenge.Span), out var found) && found.Requester == Convert.ToHexString(requester.Span) && found.Until >= clock.GetUtcNow();
    }
}
