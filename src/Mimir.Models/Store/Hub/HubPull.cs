namespace Mimir.Models.Store.Hub;

/// <summary>Fetches a model from an endpoint into the store. Whatever stops it, the same call goes on where it stopped.</summary>
/// <param name="client">The endpoint.</param>
/// <param name="store">Where to.</param>
/// <param name="freeSpace">Bytes free on the disk of a directory; null: asks the system.</param>
public sealed class HubPull(HubClient client, ModelStore store, Func<string, long>? freeSpace = null)
{
    /// <summary>Fetches <paramref name="name"/> at <paramref name="revision"/> (a branch, tag or commit) as <paramref name="target"/>. A model that is there at the same commit is not fetched again.</summary>
    /// <exception cref="HubException">Refused, unreachable, or not what was promised.</exception>
    /// <exception cref="ModelFormatException">A model that Mimir does not run; says why, before the weights are fetched where config.json shows it.</exception>
    /// <exception cref="ModelStoreException">Not enough room, or somebody else is at it.</exception>
    public async Task<(ModelManifest Manifest, bool Fetched)> RunAsync(
        ModelName name, string revision, ModelName target, IProgress<Transfer>? progress, CancellationToken cancellation)
    {
        var found = await client.RevisionAsync(name, revision, cancellation);
        if (store.Find(target.ToString()) is { } present && ModelManifest.Find(present) is { } manifest && manifest.Revision == found.Commit) return (manifest, false);
        Directory.CreateDirectory(store.Root);
        using var staged = store.Stage(target, found.Commit);
        Action<long> count = _ => { };
        var downloads = found.Files.OrderBy(f => ModelFile.IsWeights(f.Name)).Select(f => (File: f, Download: new HubDownload(client, found, f, staged.Directory, bytes => count(bytes)))).ToArray();
        var (total, there) = (found.Files.Sum(f => f.Bytes), downloads.Sum(d => d.Download.Present));
        ModelImport.RequireSpace(store, freeSpace, total - there);
        count = new TransferMeter(name.ToString(), total, progress, there).Add;
        try
        {
            foreach (var (file, download) in downloads)
            {
                await download.RunAsync(cancellation);
                if (file.Name == "config.json") Files.ModelConfig.Read(Path.Combine(staged.Directory, file.Name));
            }
            return (await staged.InstallAsync($"{client.Options.Endpoint}{name}", found.Commit, progress, cancellation), true);
        }
        catch (ModelFormatException)
        {
            staged.Abandon();
            throw;
        }
    }
}
