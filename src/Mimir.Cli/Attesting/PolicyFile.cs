using Mimir.Trust.Policies;

namespace Mimir.Cli.Attesting;

/// <summary>Reads the policy that a user names.</summary>
public static class PolicyFile
{
    /// <summary>The policy in the file at <paramref name="path"/>.</summary>
    /// <exception cref="UsageException">It cannot be read, or not used as written; names file and line.</exception>
    public static Policy Read(string path)
    {
        try
        {
            return Policy.Parse(File.ReadAllText(path), path);
        }
        catch (PolicyException e)
        {
            throw new UsageException(e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UsageException($"{path}: cannot be read ({e.Message.TrimEnd('.')}); name a policy file");
        }
    }
}
