using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;
using Mimir.Trust;

namespace Mimir.Client.Clusters;

/// <summary>Whether sessions may run on a shared model.</summary>
public enum ClusterModelState
{
    /// <summary>Its parties are loading it.</summary>
    Loading,

    /// <summary>They may.</summary>
    Ready,

    /// <summary>Not any more; it must be shared again.</summary>
    Gone,
}

/// <summary>A model that was shared, as the coordinator says; a session's own description is verified again before anything is sent.</summary>
/// <param name="Name">As its owner called it.</param>
/// <param name="LayoutDigest">SHA-256 of its public layout.</param>
/// <param name="Active">MACs on.</param>
/// <param name="ScaleBits">f, at which its weights are encoded.</param>
/// <param name="Parties">Names in index order.</param>
/// <param name="TripleService">The dealer's name.</param>
/// <param name="State">Whether sessions may run on it.</param>
/// <param name="Ended">Why not any more; empty otherwise.</param>
public sealed record ClusterModel(
    string Name, ReadOnlyMemory<byte> LayoutDigest, bool Active, int ScaleBits, IReadOnlyList<string> Parties, string TripleService, ClusterModelState State, string Ended)
{
    private const int LongestLine = 600;
    private const int MostParties = 64;

    /// <summary>All who hold a part of it.</summary>
    public IEnumerable<(Role Role, string Name)> Members => Parties.Select(p => (Role.Party, p)).Append((Role.TripleService, TripleService));

    /// <summary>Reads one; null when it is none.</summary>
    internal static ClusterModel? Read(ModelInCluster model)
    {
        if (model.Parties.Count is < 2 or > MostParties || model.Security is not (SecurityLevel.Active or SecurityLevel.Passive) || model.ScaleBits > 64) return null;
        if (!PeerName.IsValid(model.TripleService?.Name) || model.Parties.Any(p => !PeerName.IsValid(p.Name))) return null;
        return new(
            OneLine(model.Name), model.LayoutDigest.ToByteArray(), SessionTermsCodec.IsActive(model.Security), (int)model.ScaleBits,
            [.. model.Parties.Select(p => p.Name)], model.TripleService!.Name,
            model.State switch { ModelState.Ready => ClusterModelState.Ready, ModelState.Loading => ClusterModelState.Loading, _ => ClusterModelState.Gone },
            OneLine(model.Ended));
    }

    private static string OneLine(string text) => string.Concat(text.Take(LongestLine).Select(c => char.IsControl(c) ? ' ' : c));
}
