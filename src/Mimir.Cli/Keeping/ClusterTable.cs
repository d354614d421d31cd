using System.Globalization;

namespace Mimir.Cli.Keeping;

/// <summary>What runs and where, for people.</summary>
internal static class ClusterTable
{
    /// <summary>Prints it.</summary>
    public static void Print(TextWriter output, KeptCluster cluster) => Tables.Print(output, "Mimir", Rows(cluster));

    private static IEnumerable<(string, string)> Rows(KeptCluster cluster)
    {
        yield return ("model", $"{cluster.ModelName} ({cluster.Model})");
        yield return ("cluster", $"{cluster.Parties} parties, {(cluster.Active ? "active" : "passive")} security, {(cluster.PublicWeights ? "public" : "secret")} weights");
        if (cluster.Gateway is { } gateway) yield return ("gateway", $"{gateway} (web page), {gateway.TrimEnd('/')}/v1 (OpenAI's API)");
        yield return ("coordinator", cluster.Coordinator.Length > 0 ? cluster.Coordinator : "starting");
        yield return ("running since", string.Create(CultureInfo.InvariantCulture, $"{cluster.Started:yyyy-MM-dd HH:mm:ss}Z, certificates until {cluster.Expires:yyyy-MM-dd}"));
        yield return ("next", "mimir chat, mimir ps, mimir logs -f, mimir down");
    }
}
