namespace Mimir.Cli.Tests.Commands;

public sealed class SealCommandTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mimir-seal-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_file_is_sealed_rekeyed_and_unsealed_and_an_old_copy_is_refused()
    {
        var (plain, marks) = (At("plain.bin"), At("marks"));
        File.WriteAllBytes(plain, [.. Enumerable.Range(0, 200_000).Select(i => (byte)(i * 7 % 256))]);
        await DoneAsync("key", "new", At("one.key"), "--name", "one");
        await DoneAsync("key", "new", At("two.key"), "--name", "two");
        await DoneAsync("seal", plain, "--out", At("sealed"), "--key", At("one.key"), "--marks", marks);
        File.Copy(At("sealed"), At("old"));
        await DoneAsync("rekey", At("sealed"), "--key", At("one.key"), "--new-key", At("two.key"), "--marks", marks);
        await DoneAsync("unseal", At("sealed"), "--out", At("back"), "--key", At("two.key"), "--marks", marks, "--label", "plain.bin");
        Assert.Equal(File.ReadAllBytes(plain), File.ReadAllBytes(At("back")));
        Assert.Contains("old copy", await RefusedAsync(ExitCode.Failed, "unseal", At("old"), "--out", At("x"), "--key", At("one.key"), "--marks", marks), StringComparison.Ordinal);
        Assert.Contains("the key 'two'", await RefusedAsync(ExitCode.Failed, "unseal", At("sealed"), "--out", At("x"), "--key", At("one.key")), StringComparison.Ordinal);
        Assert.False(File.Exists(At("x")));
    }

    [Fact]
    public async Task Wrong_requests_are_one_line_and_status_2()
    {
        await DoneAsync("key", "new", At("k"), "--name", "k");
        Assert.Contains("exists already", await RefusedAsync(ExitCode.Usage, "key", "new", At("k"), "--name", "k"), StringComparison.Ordinal);
        Assert.Contains("--name", await RefusedAsync(ExitCode.Usage, "key", "new", At("l"), "--name", "A b"), StringComparison.Ordinal);
        Assert.Contains("key file not found", await RefusedAsync(ExitCode.Usage, "seal", At("k"), "--out", At("s"), "--key", At("none")), StringComparison.Ordinal);
        Assert.Contains("--measurement", await RefusedAsync(ExitCode.Usage, "seal", At("k"), "--out", At("s"), "--key", At("k"), "--measurement", "12"), StringComparison.Ordinal);
        File.WriteAllText(At("text"), "text");
        Assert.Contains("is no key file", await RefusedAsync(ExitCode.Usage, "seal", At("k"), "--out", At("s"), "--key", At("text")), StringComparison.Ordinal);
        Assert.Contains("not a sealed file", await RefusedAsync(ExitCode.Failed, "unseal", At("text"), "--out", At("s"), "--key", At("k")), StringComparison.Ordinal);
    }

    private string At(string name) => Path.Combine(_directory, name);

    private static async Task DoneAsync(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        var code = await CommandLine.RunAsync(arguments, output, error);
        Assert.Equal((ExitCode.Done, "", ""), (code, output.ToString(), error.ToString()));
    }

    private static async Task<string> RefusedAsync(int expected, params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        var code = await CommandLine.RunAsync(arguments, output, error);
        Assert.Equal((expected, ""), (code, output.ToString()));
        Assert.Equal(error.ToString().Length - 1, error.ToString().IndexOf('\n', StringComparison.Ordinal));
        return error.ToString();
    }
}
