using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mimir.Models.Tests.Oracles;

/// <summary>Asks an npm package: one process for all questions, a JSON line each. Skips the test where node or the packages are absent.</summary>
public static class NodeOracle
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly JsonSerializerOptions Compact = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The answers of Oracles/<paramref name="script"/>, in order.</summary>
    public static List<JsonNode> Ask(string script, IEnumerable<JsonNode> questions)
    {
        var folder = Folder();
        var input = string.Concat(questions.Select(q => q.ToJsonString(Compact) + "\n"));
        using var node = Start(folder, script);
        var answers = node.StandardOutput.ReadToEndAsync();
        var errors = node.StandardError.ReadToEndAsync();
        node.StandardInput.Write(input);
        node.StandardInput.Close();
        if (!Task.WaitAll([answers, errors], Patience)) node.Kill();
        Assert.True(node.WaitForExit(Patience) && node.ExitCode == 0, $"node: {errors.Result}");
        return [.. answers.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
    }

    private static Process Start(string folder, string script)
    {
        try
        {
            return Process.Start(new ProcessStartInfo("node", [script])
            {
                WorkingDirectory = folder,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                StandardInputEncoding = new UTF8Encoding(false),
                StandardOutputEncoding = new UTF8Encoding(false),
            })!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("node is not installed");
            throw;
        }
    }

    private static string Folder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "tests", "Mimir.Models.Tests", "Oracles");
            if (!Directory.Exists(path)) continue;
            if (!Directory.Exists(Path.Combine(path, "node_modules", "@huggingface"))) break;
            return path;
        }
        Assert.Skip("the npm packages of tests/Mimir.Models.Tests/Oracles are not installed (npm ci)");
        return "";
    }
}
