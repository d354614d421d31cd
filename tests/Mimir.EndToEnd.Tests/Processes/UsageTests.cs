namespace Mimir.EndToEnd.Tests.Processes;

/// <summary>What cannot work ends with one line and status 2, and leaves nothing behind.</summary>
public sealed class UsageTests
{
    [Fact]
    public async Task A_prompt_longer_than_the_context_names_both_lengths()
    {
        var (code, output, error) = await MimirProcess.RunAsync("demo", "--model", SharedModel.Directory, "--prompt", string.Concat(Enumerable.Repeat("word ", 400)));
        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Matches(@"mimir: the prompt has \d{3,} tokens, but the context holds 512", error);
    }

    [Fact]
    public async Task A_missing_model_is_named()
    {
        var (code, _, error) = await MimirProcess.RunAsync("demo", "--model", "/no/such/model");
        Assert.Equal(2, code);
        Assert.StartsWith("mimir: /no/such/model: directory not found", error);
    }

    [Fact]
    public async Task A_truncated_weight_file_is_refused_by_the_model_owner()
    {
        var directory = Directory.CreateTempSubdirectory("mimir-test-");
        try
        {
            foreach (var file in Directory.EnumerateFiles(SharedModel.Directory)) File.Copy(file, Path.Combine(directory.FullName, Path.GetFileName(file)));
            var weights = Path.Combine(directory.FullName, "model.safetensors");
            var whole = await File.ReadAllBytesAsync(weights);
            File.Delete(weights);
            await File.WriteAllBytesAsync(weights, whole[..(whole.Length / 2)]);
            var (code, _, error) = await MimirProcess.RunAsync("demo", "--model", directory.FullName, "--max-tokens", "2");
            Assert.Equal(2, code);
            Assert.Contains("model.safetensors", error);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("--weights", "open")]
    [InlineData("--adapter", "/no/such/adapter")]
    [InlineData("--security", "none")]
    [InlineData("--parties", "1")]
    [InlineData("--segment", "nobody")]
    public async Task An_option_that_cannot_be_is_refused(string option, string value)
    {
        var (code, output, error) = await MimirProcess.RunAsync("demo", "--model", SharedModel.Directory, option, value);
        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.StartsWith("mimir: ", error);
    }
}
