namespace Mimir.Trust.KeyRelease.Threshold;

/// <summary>One holder as the requester reaches it, over whatever connection.</summary>
public interface IShareSource
{
    /// <summary>Who it must be.</summary>
    PeerIdentity Holder { get; }

    /// <summary>Asks for a challenge.</summary>
    /// <exception cref="KeyReleaseException">It refuses, or cannot be reached.</exception>
    Task<byte[]> ChallengeAsync(string keyName, CancellationToken cancellation);

    /// <summary>Answers the challenge with evidence and gets the sealed share.</summary>
    /// <exception cref="KeyReleaseException">It refuses, or cannot be reached.</exception>
    Task<byte[]> ReleaseAsync(string keyName, ReadOnlyMemory<byte> challenge, ReadOnlyMemory<byte> evidence, CancellationToken cancellation);
}
