namespace Mimir.Trust.KeyRelease.Threshold;

/// <summary>One holder as the requester reaches it, over whatever connection.</summary>
public interface IShareSource
{
    /// <summary>Who it must be, for messages.</summary>
    string Holder { get; }

    /// <summary>Asks for a challenge.</summary>
    /// <exception cref="KeyReleaseException">It refuses, cannot be reached, or is somebody else.</exception>
    Task<ShareChallenge> ChallengeAsync(string keyName, CancellationToken cancellation);

    /// <summary>Answers the challenge and gets the sealed share.</summary>
    /// <exception cref="KeyReleaseException">It refuses, or cannot be reached.</exception>
    Task<byte[]> ReleaseAsync(string keyName, ShareAnswer answer, CancellationToken cancellation);
}
