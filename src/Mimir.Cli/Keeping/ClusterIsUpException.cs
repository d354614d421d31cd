namespace Mimir.Cli.Keeping;

/// <summary>There is a cluster in this state directory already.</summary>
/// <param name="cluster">What runs, when its keeper has come so far as to say.</param>
internal sealed class ClusterIsUpException(KeptCluster? cluster) : Exception("a cluster is being kept already")
{
    /// <summary>What runs.</summary>
    public KeptCluster? Cluster { get; } = cluster;
}
