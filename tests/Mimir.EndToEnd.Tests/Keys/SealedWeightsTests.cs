using System.Text.RegularExpressions;
using Mimir.EndToEnd.Tests.Processes;

namespace Mimir.EndToEnd.Tests.Keys;

/// <summary>A model owner whose weights lie sealed on its disk shares them with a key that is released by name.</summary>
public sealed class SealedWeightsTests
{
    [Fact]
    public async Task Sealed_weights_are_shared_with_a_released_key_and_an_old_copy_of_them_is_not()
    {
        var (prompt, _, greedy) = SharedModel.Expected(0);
        using var folder = new TemporaryFolder();
        await RunAsync("identity", "authority", folder.At("authority"));
        foreach (var (role, name) in ((string, string)[])[("coordinator", "c"), ("triple-service", "t"), ("party", "p0"), ("party", "p1"), ("model-owner", "m"), ("data-owner", "alice")])
            await RunAsync("identity", "issue", role, name, folder.At(name), "--authority", folder.At("authority"));
        await using var coordinator = MimirProcess.Start("coordinator", "--config", Configure(folder, "c", ""));
        await coordinator.FirstError;
        var at = $"coordinator: {Regex.Match(coordinator.Errors, @"listening on (\S+)").Groups[1].Value}\n";
        await using var triples = MimirProcess.Start("triples", "--config", Configure(folder, "t", at));
        await using var first = MimirProcess.Start("node", "--config", Configure(folder, "p0", at));
        await using var second = MimirProcess.Start("node", "--config", Configure(folder, "p1", at));

        var owner = Configure(folder, "m", $"{at}keys:\n  release: local\n  folder: {folder.At("keys")}\nsealing:\n  counter: file\n  marks: {folder.At("marks")}\n");
        Directory.CreateDirectory(folder.At("keys"));
        Directory.CreateDirectory(folder.At("model"));
        foreach (var file in Directory.GetFiles(SharedModel.Directory)) File.Copy(file, folder.At($"model/{Path.GetFileName(file)}"));
        var weights = folder.At("model/model.safetensors");
        await RunAsync("key", "new", folder.At("keys/weights.key"), "--name", "weights");
        async Task SealAsync() => await RunAsync("seal", Path.Combine(SharedModel.Directory, "model.safetensors"), "--out", weights, "--key-name", "weights", "--config", owner);
        string[] share = ["model", "share", "--model", folder.At("model"), "--config", owner];

        var plain = await MimirProcess.RunAsync([.. share, "--weights-key-name", "weights"]);
        Assert.Equal(1, plain.Code);
        Assert.Contains("not a sealed file", plain.LastError);
        await SealAsync();
        File.Copy(weights, folder.At("old"));
        var keyless = await MimirProcess.RunAsync(share);
        Assert.Equal(2, keyless.Code);
        Assert.Contains("--weights-key-name", keyless.LastError);
        await RunAsync([.. share, "--weights-key-name", "weights"]);
        var output = await RunAsync(
            "generate", "--config", Configure(folder, "alice", at), "--model", SharedModel.Directory, "--prompt", prompt, "--greedy", "--max-tokens", "3", "--json");
        Assert.Contains(string.Join(",", greedy[..3]), Regex.Replace(output, @"\s", ""));

        await SealAsync();
        File.Copy(folder.At("old"), weights, overwrite: true);
        var stale = await MimirProcess.RunAsync([.. share, "--weights-key-name", "weights"]);
        Assert.Equal(1, stale.Code);
        Assert.Contains("an old copy was put back", stale.LastError);
    }

    private static string Configure(TemporaryFolder folder, string name, string more)
    {
        File.WriteAllText(folder.At($"{name}.yaml"), $"tls:\n  identity: {folder.At(name)}\n  authority: {folder.At("authority")}/ca.pem\n{more}");
        return folder.At($"{name}.yaml");
    }

    private static async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output, error) = await MimirProcess.RunAsync(arguments);
        Assert.True(code == 0, $"{string.Join(' ', arguments)}: {error}");
        return output;
    }
}
