using Mimir.Trust.Registration;

namespace Mimir.Services.Joining;

/// <summary>The attestation policy of a file as the rule that a process holds its peers to.</summary>
internal static class PolicyFile
{
    /// <summary>Reads and parses it.</summary>
    /// <exception cref="InvalidDataException">It is missing, unreadable or no policy; names file and line.</exception>
    public static AttestationRule Open(string path) => throw new InvalidDataException(path);
}
