using System.Text.Json;
using Mimir.Models.Files;

namespace Mimir.Spdz.Tests.Simulation;

/// <summary>The third-party test model beside the checkout; tests that need it skip when it is absent.</summary>
internal static class SharedModel
{
    public static string Directory { get; } = Find();

    public static ModelDirectory Open()
    {
        if (Directory.Length == 0) Assert.Skip("the test model shared/models/stories260K is not beside this checkout");
        return ModelDirectory.Open(Directory);
    }

    public static IReadOnlyList<(string Prompt, int[] PromptIds, int[] GreedyIds)> Expected()
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(Directory, "expected.json")));
        return [.. json.RootElement.EnumerateArray().Select(e => (
            e.GetProperty("prompt").GetString()!,
            e.GetProperty("prompt_ids").EnumerateArray().Select(i => i.GetInt32()).ToArray(),
            e.GetProperty("greedy_ids").EnumerateArray().Select(i => i.GetInt32()).ToArray()))];
    }

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "models", "stories260K");
            if (System.IO.Directory.Exists(candidate)) return candidate;
        }
        return "";
    }
}
