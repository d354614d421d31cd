namespace Mimir.Cli.Keeping;

/// <summary>No cluster is up. The message is one line.</summary>
internal sealed class NoClusterException(string message) : Exception(message)
{
    /// <summary>What is kept in <paramref name="state"/> and can be used.</summary>
    /// <exception cref="NoClusterException">There is none; says why, and what to do.</exception>
    public static KeptCluster Require(StateDirectory state) => state.Read() switch
    {
        { Ready: true } cluster => cluster,
        { } => throw new NoClusterException("the cluster is still starting; 'mimir logs -f' shows how far it is"),
        null when state.IsHeld => throw new NoClusterException("a cluster is just starting or ending; try again in a moment"),
        null => throw new NoClusterException(state.Ended is { } ended ? $"no cluster is up; the last one ended by itself: {ended}" : "no cluster is up; 'mimir up --detach' starts one"),
    };
}
