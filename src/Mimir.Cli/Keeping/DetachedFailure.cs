namespace Mimir.Cli.Keeping;

/// <summary>The keeper's process ended before the cluster was ready.</summary>
/// <param name="code">Its exit status.</param>
/// <param name="line">Its own last line.</param>
internal sealed class DetachedFailure(int code, string line) : Exception(line)
{
    /// <summary>Its exit status.</summary>
    public int Code { get; } = code;
}
