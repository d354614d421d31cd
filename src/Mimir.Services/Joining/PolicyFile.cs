using Mimir.Trust.Policies;
using Mimir.Trust.Registration;

namespace Mimir.Services.Joining;

/// <summary>The attestation policy of a file as the rule that a process holds its peers to.</summary>
internal static class PolicyFile
{
    private const int LargestFile = 1 << 20;

    /// <summary>Reads and parses it.</summary>
    /// <exception cref="InvalidDataException">It is missing, unreadable or no policy; names file and line.</exception>
    public static AttestationRule Open(string path)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > LargestFile }) throw new InvalidDataException($"{path}: a policy has at most {LargestFile} bytes");
            return AttestationRule.Of(Policy.Parse(File.ReadAllText(path), path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or PolicyException)
        {
            throw new InvalidDataException(error is PolicyException ? error.Message : $"attestation.policy: '{path}' cannot be read: {error.Message}");
        }
    }
}
