using Mimir.Models.Store;

namespace Mimir.Cli.Storage;

/// <summary>A stored model as the commands print it.</summary>
/// <param name="Name">In the store.</param>
/// <param name="Architecture">Its family.</param>
/// <param name="Parameters">Weights.</param>
/// <param name="Bytes">On disk.</param>
/// <param name="Source">Where it came from.</param>
/// <param name="Revision">The commit, or null.</param>
/// <param name="Sha256">Of all files together.</param>
/// <param name="Directory">Where it is.</param>
public sealed record StoredModel(string Name, string Architecture, long Parameters, long Bytes, string Source, string? Revision, string Sha256, string Directory)
{
    /// <summary>What <paramref name="manifest"/> says.</summary>
    public static StoredModel Of(ModelStore store, ModelManifest manifest) => new(
        manifest.Name, manifest.Architecture, manifest.Parameters, manifest.Bytes, manifest.Source, manifest.Revision, manifest.Sha256, store.PathOf(ModelName.Parse(manifest.Name)));

    /// <summary>Prints it.</summary>
    public void Print(TextWriter output, string verb)
    {
        output.WriteLine($"{verb} {Name}: {Architecture}, {Quantity.Count(Parameters)} weights, {Quantity.Bytes(Bytes)}, SHA-256 {Sha256}");
        output.WriteLine($"use it with --model {Name}");
    }
}
